package io.github.glimpse.hub;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.files.ProcessLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches single files into the cache: goes on where a broken download stopped, tries again within the policy, and lets a file
 * become a blob only when its bytes on the disk have the checksum that the hub gave.
 */
final class BlobDownload {

    private static final Logger LOG = LoggerFactory.getLogger(BlobDownload.class);
    private static final int MOST_ROUNDS = 2;

    private final HubServer server;
    private final HubCache cache;
    private final String commit;
    private final HubOptions options;
    private final RetryPolicy policy;
    private final ProgressMeter meter;

    BlobDownload(
            HubServer server,
            HubCache cache,
            String commit,
            HubOptions options,
            RetryPolicy policy,
            ProgressMeter meter) {
        this.server = server;
        this.cache = cache;
        this.commit = commit;
        this.options = options;
        this.policy = policy;
        this.meter = meter;
    }

    /**
     * Makes a file of the commit be in the cache. Waits while another process or thread fetches the same one.
     *
     * @throws IOException if the hub does not give it
     * @throws ModelFilesException if it came with wrong bytes twice, or the cache cannot be written
     */
    void fetch(RemoteFile file) throws IOException, InterruptedException {
        meter.begin(file.name(), file.size());
        HubCache.makeDirectory(HubCache.directoryOf(cache.blob(file.checksum())));
        try (ProcessLock lock = ProcessLock.acquire(cache.lock(file.checksum()), "download of the same file")) {
            if (!cache.holds(commit, file.name())) {
                if (!isBlob(file)) {
                    fetchBlob(file, lock.excludesProcesses());
                }
                cache.link(file.checksum(), commit, file.name());
            }
        }
        meter.end();
    }

    /** A blob of another length was not written by a download; such as one that was copied in part. */
    private boolean isBlob(RemoteFile file) {
        Path blob = cache.blob(file.checksum());
        try {
            if (!Files.isRegularFile(blob)) {
                return false;
            }
            long size = Files.size(blob);
            if (size != file.size()) {
                LOG.warn("'{}' has {} bytes instead of {} and is fetched anew", blob, size, file.size());
            }
            return size == file.size();
        } catch (IOException e) {
            throw HubCache.problem(blob, e);
        }
    }

    private void fetchBlob(RemoteFile file, boolean resumable) throws IOException, InterruptedException {
        Path part = resumable ? cache.resumable(file.checksum()) : cache.unshared(file.checksum());
        boolean kept = false;
        try {
            for (int round = 1; !kept; round++) {
                transfer(file, part);
                String found = options.verifyChecksums() ? checksum(part, file) : file.checksum();
                if (found.equals(file.checksum())) {
                    cache.keep(part, file.checksum());
                    kept = true;
                } else {
                    delete(part);
                    meter.restart();
                    reportWrongBytes(file, found, round);
                }
            }
        } finally {
            if (!resumable && !kept) {
                delete(part);
            }
        }
    }

    private void reportWrongBytes(RemoteFile file, String found, int round) {
        String what = String.format(
                Locale.ROOT,
                "'%s' came with wrong bytes (checksum %s instead of %s)",
                file.name(),
                found,
                file.checksum());
        if (round == MOST_ROUNDS) {
            throw new ModelFilesException(what + " for the second time and was removed; something between "
                    + options.endpoint().getHost()
                    + " and this machine changes files: try another network or endpoint");
        }
        LOG.warn("{}; it was removed and is fetched once more", what);
    }

    private void transfer(RemoteFile file, Path part) throws IOException, InterruptedException {
        Attempts attempts = new Attempts("Fetching '" + file.name() + "'", policy);
        try (PartFile target = PartFile.open(part)) {
            if (target.size() > file.size()) {
                target.clear();
            }
            meter.present(target.size());
            while (target.size() < file.size()) {
                long before = target.size();
                try {
                    receive(file, target);
                } catch (IOException e) {
                    attempts.pauseAfter(e, target.size() > before);
                }
            }
            target.flush();
        }
    }

    private void receive(RemoteFile file, PartFile target) throws IOException, InterruptedException {
        try (HubResponse response = server.open(commit, file, target.size())) {
            if (response.status() == 200 && target.size() > 0) {
                LOG.info(
                        "{} cannot go on in the middle of '{}'; starting anew",
                        response.uri().getHost(),
                        file.name());
                target.clear();
                meter.restart();
            }
            for (ByteBuffer next = response.body().next();
                    next != null;
                    next = response.body().next()) {
                int count = next.remaining();
                if (count > file.size() - target.size()) {
                    target.clear();
                    throw HubRefusal.lasting(String.format(
                            Locale.ROOT,
                            "%s gives more than the %d bytes of '%s' that were announced",
                            response.uri().getHost(),
                            file.size(),
                            file.name()));
                }
                target.append(next);
                meter.received(count);
            }
        }
        if (target.size() < file.size()) {
            throw new IOException("the answer ended after " + target.size() + " of " + file.size() + " bytes");
        }
    }

    private static String checksum(Path part, RemoteFile file) {
        try {
            return Checksum.of(part, file.checksum());
        } catch (IOException e) {
            throw HubCache.problem(part, e);
        }
    }

    private static void delete(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw HubCache.problem(part, e);
        }
    }
}
