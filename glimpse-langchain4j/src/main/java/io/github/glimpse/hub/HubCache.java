package io.github.glimpse.hub;

import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of one repository in the cache that all programs for the hub share.
 *
 * <pre>
 * models--owner--name/blobs/(checksum)                the files, each under its SHA-256 or git SHA-1
 *                     snapshots/(commit)/config.json  links to them, ../../blobs/(checksum)
 *                     refs/main                       the commit that a branch or tag was last seen at
 *                     .no_exist/(commit)/(file)       what is known not to be in a commit
 * .locks/models--owner--name/(checksum).lock
 * </pre>
 *
 * <p>A blob or a link appears by one rename when it is whole, and a ref when its snapshot is: whoever is stopped, at whatever
 * point, leaves nothing wrong behind. What is being written has a name that ends in {@code .incomplete}.
 */
final class HubCache {

    private static final Logger LOG = LoggerFactory.getLogger(HubCache.class);
    private static final String INCOMPLETE = ".incomplete";
    private static final int LONGEST_REF = 200;

    private final Path root;
    private final Path locks;
    private final List<BlobLinker> linkers;

    HubCache(Path cacheDirectory, HubLocation location) {
        this(cacheDirectory, location, BlobLinker.ALL);
    }

    HubCache(Path cacheDirectory, HubLocation location, List<BlobLinker> linkers) {
        String folder = "models--" + location.owner() + "--" + location.name();
        this.root = cacheDirectory.resolve(folder);
        this.locks = cacheDirectory.resolve(".locks").resolve(folder);
        this.linkers = linkers;
    }

    /** The directory with the files of one commit; may not exist. */
    Path snapshot(String commit) {
        return root.resolve("snapshots").resolve(commit);
    }

    Path blob(String checksum) {
        return root.resolve("blobs").resolve(checksum);
    }

    Path lock(String checksum) {
        return locks.resolve(checksum + ".lock");
    }

    /**
     * Where a blob is written until it is whole. The name is ours alone: the Python package once appended to {@code
     * (checksum).incomplete} under a kind of lock that Java cannot see.
     */
    Path resumable(String checksum) {
        return blob(checksum + ".glimpse" + INCOMPLETE);
    }

    /** A file that nobody else writes to, for when there is no lock. */
    Path unshared(String checksum) {
        return blob(checksum + "." + UUID.randomUUID().toString().substring(0, 8) + INCOMPLETE);
    }

    /** Bytes of a blob, or of what has been fetched of it. */
    long bytesOf(String checksum) throws IOException {
        Path blob = blob(checksum);
        Path present = Files.isRegularFile(blob) ? blob : resumable(checksum);
        return Files.isRegularFile(present) ? Files.size(present) : 0;
    }

    /** Whether a commit's file is there. */
    boolean holds(String commit, String file) {
        return Files.isRegularFile(snapshot(commit).resolve(file));
    }

    /** Whether a commit is known not to have a file. */
    boolean lacks(String commit, String file) {
        return Files.exists(absent(commit, file));
    }

    /** Notes that a commit does not have a file. A cache that cannot be written stays as it is. */
    void noteAbsence(String commit, String file) {
        Path mark = absent(commit, file);
        try {
            if (!Files.exists(mark)) {
                Files.createDirectories(directoryOf(mark));
                Files.write(mark, new byte[0]);
            }
        } catch (IOException e) {
            LOG.debug("Cannot note that {} is not in commit {}", file, commit, e);
        }
    }

    /** The commit that the revision stood for when it was last fetched; a commit stands for itself. */
    Optional<String> commit(String revision) {
        if (HubLocation.isCommit(revision)) {
            return Optional.of(revision);
        }
        Path ref = ref(revision);
        try {
            if (!Files.isRegularFile(ref) || Files.size(ref) > LONGEST_REF) {
                return Optional.empty();
            }
            String commit = Files.readString(ref, StandardCharsets.UTF_8).strip();
            return HubLocation.isCommit(commit) ? Optional.of(commit) : Optional.empty();
        } catch (IOException e) {
            LOG.debug("Cannot read {}", ref, e);
            return Optional.empty();
        }
    }

    /** Notes what a revision stands for, once its snapshot is complete. A cache that cannot be written stays as it is. */
    void noteCommit(String revision, String commit) {
        if (commit(revision).equals(Optional.of(commit))) {
            return;
        }
        Path ref = ref(revision);
        try {
            Files.createDirectories(directoryOf(ref));
            // Not beside the ref: whatever lies there counts as a ref.
            Path fresh = unshared("ref");
            Files.createDirectories(directoryOf(fresh));
            Files.writeString(fresh, commit, StandardCharsets.UTF_8);
            Files.move(fresh, ref, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn(
                    "The cache cannot note that '{}' is commit {}, so it will not be found offline: {}",
                    revision,
                    commit,
                    e.toString());
        }
    }

    /**
     * Makes a file that has been written and checked a blob.
     *
     * @throws ModelFilesException if the cache cannot be written
     */
    void keep(Path file, String checksum) {
        try {
            Files.move(file, blob(checksum), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw problem(blob(checksum), e);
        }
    }

    /**
     * Gives a blob its name in a commit.
     *
     * @throws ModelFilesException if the cache cannot be written
     */
    void link(String checksum, String commit, String file) {
        Path blob = blob(checksum);
        Path link = snapshot(commit).resolve(file);
        makeDirectory(directoryOf(link));
        IOException reason = new IOException("no kind of link is possible");
        for (BlobLinker linker : linkers) {
            try {
                linker.link(blob, unshared(checksum), link);
                return;
            } catch (IOException e) {
                e.addSuppressed(reason);
                reason = e;
            }
        }
        throw problem(link, reason);
    }

    /**
     * Makes a directory with those above it.
     *
     * @throws ModelFilesException if the cache cannot be written
     */
    static void makeDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw problem(directory, e);
        }
    }

    /** The error for a disk that is full, broken or not to be written to, or for a thread that is not to go on writing. */
    static ModelFilesException problem(Path file, IOException e) {
        if (e instanceof ClosedByInterruptException) {
            return new ModelFilesException("Writing '" + file + "' was interrupted; it goes on next time", e);
        }
        String reason = String.valueOf(e.getMessage());
        if (e instanceof AccessDeniedException) {
            reason = "access denied";
        } else if (e instanceof FileSystemException failure) {
            reason = failure.getReason() != null
                    ? failure.getReason()
                    : e.getClass().getSimpleName();
        }
        return new ModelFilesException(
                "The model cache cannot write '" + file + "': " + reason
                        + "; free space there, or set HF_HOME or HF_HUB_CACHE to a directory that can be written",
                e);
    }

    static Path directoryOf(Path file) {
        Path directory = file.getParent();
        if (directory == null) {
            throw new IllegalArgumentException("'" + file + "' is in no directory");
        }
        return directory;
    }

    private Path ref(String revision) {
        return root.resolve("refs").resolve(revision);
    }

    private Path absent(String commit, String file) {
        return root.resolve(".no_exist").resolve(commit).resolve(file);
    }
}
