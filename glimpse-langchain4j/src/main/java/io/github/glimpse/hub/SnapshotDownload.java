package io.github.glimpse.hub;

import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the cache hold all files of one commit that are needed: settings first, then the weights that they name. */
final class SnapshotDownload {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotDownload.class);

    private final HubLocation location;
    private final RepositoryContent content;
    private final HubOptions options;
    private final HubCache cache;
    private final RetryPolicy policy;
    private final HubServer server;
    private final ProgressMeter meter;

    SnapshotDownload(
            HubLocation location, RepositoryContent content, HubOptions options, HubCache cache, RetryPolicy policy) {
        this.location = location;
        this.content = content;
        this.options = options;
        this.cache = cache;
        this.policy = policy;
        this.server = new HubServer(location, options, policy);
        this.meter = new ProgressMeter(location.repository(), options.listener(), System::nanoTime);
    }

    /**
     * Fetches what is missing.
     *
     * @param listingPolicy how often to try to reach the hub at all
     * @return the directory of the commit
     * @throws IOException if the hub cannot be reached or does not give the files
     * @throws ModelFilesException if the repository is not what is needed, or the cache cannot be written
     */
    Path run(RetryPolicy listingPolicy) throws IOException, InterruptedException {
        RepositoryListing listing = Attempts.of("Asking for '" + location + "'", listingPolicy, server::listing);
        String commit = listing.commit();
        String what = "'" + location + "'";
        Path snapshot = cache.snapshot(commit);
        boolean fetched = fetch(commit, content.settings(listing, what));
        content.optional().stream().filter(file -> !listing.has(file)).forEach(file -> cache.noteAbsence(commit, file));
        fetched |= fetch(commit, content.weights(listing, snapshot, what));
        content.check(snapshot);
        cache.noteCommit(location.revision(), commit);
        if (fetched) {
            LOG.info("'{}' is complete in {}: {}", location, snapshot, meter.summary());
        }
        return snapshot;
    }

    private boolean fetch(String commit, List<String> names) throws IOException, InterruptedException {
        List<RemoteFile> files = new ArrayList<>();
        long bytes = 0;
        for (String name : names) {
            if (!cache.holds(commit, name)) {
                RemoteFile file = Attempts.of("Asking for '" + name + "'", policy, () -> server.describe(commit, name));
                files.add(file);
                bytes += file.size();
            }
        }
        if (files.isEmpty()) {
            return false;
        }
        LOG.info(
                "Fetching {} of '{}' (commit {}): {}",
                files.size() == 1 ? "'" + files.get(0).name() + "'" : files.size() + " files",
                location,
                commit.substring(0, 8),
                ProgressMeter.bytes(bytes));
        meter.expect(bytes);
        checkSpace(files);
        BlobDownload download = new BlobDownload(server, cache, commit, options, policy, meter);
        for (RemoteFile file : files) {
            download.fetch(file);
        }
        return true;
    }

    private void checkSpace(List<RemoteFile> files) {
        Path blobs = HubCache.directoryOf(cache.blob("any"));
        HubCache.makeDirectory(blobs);
        try {
            long needed = 0;
            for (RemoteFile file : files) {
                needed += Math.max(0, file.size() - cache.bytesOf(file.checksum()));
            }
            long free = Files.getFileStore(blobs).getUsableSpace();
            if (free >= 0 && needed > free) {
                throw new ModelFilesException("'" + location + "' needs " + ProgressMeter.bytes(needed)
                        + " more, but the disk of '" + blobs + "' has " + ProgressMeter.bytes(free)
                        + " left; free space there, or set HF_HOME or HF_HUB_CACHE to a directory on another disk");
            }
        } catch (IOException e) {
            LOG.debug("How much space is left at {} is not known", blobs, e);
        }
    }
}
