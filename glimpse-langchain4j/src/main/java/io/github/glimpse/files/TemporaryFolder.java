package io.github.glimpse.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Private temporary folder in the JVM's temporary directory. Creating one deletes the folders that killed processes of the same
 * user have left.
 *
 * <p>The owner holds a lock on a file in the folder; the system releases it when the process ends, however it ends. So a folder
 * of a live process is never deleted, even if that process runs in another container. Links, folders of other users and
 * folders without a lock file stay. Safe for concurrent use.
 */
public final class TemporaryFolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TemporaryFolder.class);

    private static final String PREFIX = "glimpse-";
    private static final String OWNER_PREFIX = "owner-";
    private static final String OWNER_SUFFIX = ".lock";

    /**
     * Name of the lock file, equal in all class loaders of this JVM. A process must not open the lock file of one of its
     * folders: where the second channel is closed, POSIX systems drop the lock.
     */
    private static final String OWNER = OWNER_PREFIX
            + ProcessHandle.current().pid()
            + "-"
            + ProcessHandle.current()
                    .info()
                    .startInstant()
                    .orElse(Instant.EPOCH)
                    .toEpochMilli()
            + OWNER_SUFFIX;

    private final Path path;
    private final FileChannel lock;

    private TemporaryFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Creates a folder, after deleting those of processes that were killed.
     *
     * @param purpose part of its name, after {@code glimpse-}
     */
    public static TemporaryFolder create(String purpose) throws IOException {
        Path path = Files.createTempDirectory(PREFIX + purpose + "-");
        deleteAbandoned(path);
        // Locked before it has its name: no other process may find it without a lock.
        Path unnamed = path.resolve("new" + OWNER_SUFFIX);
        FileChannel channel = FileChannel.open(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            channel.lock();
            Path owner = Files.move(unnamed, path.resolve(OWNER));
            path.toFile().deleteOnExit();
            owner.toFile().deleteOnExit();
            return new TemporaryFolder(path, channel);
        } catch (IOException e) {
            channel.close();
            deleteTree(path);
            throw e;
        }
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    /** Creates a folder in it with the same permissions. */
    public Path createFolder(String name) throws IOException {
        Path folder = Files.createDirectory(path.resolve(name));
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        if (view != null) {
            Files.setPosixFilePermissions(folder, view.readAttributes().permissions());
        }
        return folder;
    }

    /** Deletes the folder and all files in it. Files that Windows still maps stay until the JVM ends. */
    @Override
    public void close() {
        try {
            lock.close();
            deleteTree(path);
        } catch (IOException e) {
            LOG.debug("The temporary folder {} cannot be deleted now", path, e);
        }
    }

    /** Deletes the folders of processes of this user that ended without deleting them. */
    private static void deleteAbandoned(Path own) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(own.resolveSibling(""), PREFIX + "*")) {
            for (Path folder : folders) {
                if (!folder.equals(own) && isPrivateFolder(folder, own)) {
                    deleteIfAbandoned(folder);
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("The temporary directory cannot be searched for folders of processes that were killed", e);
        }
    }

    /** Whether it is a directory, not a link to one, that belongs to the user of {@code own} and that no other can change. */
    private static boolean isPrivateFolder(Path folder, Path own) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                || !Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own))) {
            return false;
        }
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return true;
        }
        PosixFileAttributes attributes =
                Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return PosixFilePermissions.toString(attributes.permissions()).endsWith("------");
    }

    private static void deleteIfAbandoned(Path folder) {
        try {
            List<Path> owners = owners(folder);
            if (owners.size() != 1 || owners.get(0).endsWith(OWNER)) {
                return;
            }
            try (FileChannel channel =
                    FileChannel.open(owners.get(0), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                if (channel.tryLock() == null) {
                    return;
                }
            }
            // No process takes a folder over, so a lock that was free once stays free.
            deleteTree(folder);
            LOG.info("Deleted {}, which a process that was killed had left", folder);
        } catch (OverlappingFileLockException e) {
            LOG.debug("{} is in use by this process", folder);
        } catch (NoSuchFileException e) {
            LOG.debug("{} was deleted by another process", folder);
        } catch (IOException e) {
            LOG.debug("{} cannot be deleted", folder, e);
        }
    }

    private static List<Path> owners(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> isOwnerFile(String.valueOf(file.getFileName())))
                    .toList();
        }
    }

    private static boolean isOwnerFile(String name) {
        return name.startsWith(OWNER_PREFIX) && name.endsWith(OWNER_SUFFIX);
    }

    /** Deletes the owner's file after all else, so that an interrupted deletion goes on later. */
    private static void deleteTree(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!(folder.equals(file.getParent()) && isOwnerFile(String.valueOf(file.getFileName())))) {
                    Files.deleteIfExists(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                if (directory.equals(folder)) {
                    for (Path owner : owners(folder)) {
                        Files.deleteIfExists(owner);
                    }
                }
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
