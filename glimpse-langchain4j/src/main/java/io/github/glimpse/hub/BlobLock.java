package io.github.glimpse.hub;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one process, and in it one thread, write a blob. The system frees it when the process ends, however it ends.
 *
 * <p>It saves work, and a broken download can go on only under it; that no file is wrong does not rest on it. So where locks
 * do not work (some network disks), the download goes on alone, in a file of its own.
 */
final class BlobLock implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BlobLock.class);
    private static final Duration ASK_EVERY = Duration.ofMillis(100);
    private static final Duration SPEAK_EVERY = Duration.ofSeconds(10);

    /**
     * One for each lock file. A second channel of this process must not even be opened: where it is closed, POSIX systems drop
     * the first one's lock. Never emptied; it has as many entries as files were fetched.
     */
    private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock thread;
    private final @Nullable FileLock process;

    private BlobLock(ReentrantLock thread, @Nullable FileLock process) {
        this.thread = thread;
        this.process = process;
    }

    /** Waits for the lock, as long as its holder needs. */
    static BlobLock acquire(Path file) throws InterruptedException {
        ReentrantLock thread = THREADS.computeIfAbsent(file.toAbsolutePath().normalize(), key -> new ReentrantLock());
        while (!thread.tryLock(SPEAK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.info("Waiting for another download in this process ({})", file.getFileName());
        }
        boolean acquired = false;
        try {
            BlobLock lock = new BlobLock(thread, lockFile(file));
            acquired = true;
            return lock;
        } finally {
            if (!acquired) {
                thread.unlock();
            }
        }
    }

    /** Whether other processes are kept out. */
    boolean keepsProcessesOut() {
        return process != null;
    }

    private static @Nullable FileLock lockFile(Path file) throws InterruptedException {
        FileChannel channel = null;
        FileLock lock = null;
        try {
            Files.createDirectories(HubCache.directoryOf(file));
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = waitFor(channel, file);
            return lock;
        } catch (IOException e) {
            LOG.warn(
                    "'{}' cannot be locked, so another process may fetch the same file once more: {}",
                    file,
                    e.toString());
            return null;
        } finally {
            if (lock == null) {
                close(channel);
            }
        }
    }

    private static FileLock waitFor(FileChannel channel, Path file) throws IOException, InterruptedException {
        long spoken = System.nanoTime();
        while (true) {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - spoken >= SPEAK_EVERY.toNanos()) {
                spoken = System.nanoTime();
                LOG.info("Waiting for another process that fetches the same file ({})", file.getFileName());
            }
            Thread.sleep(ASK_EVERY.toMillis());
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this process, but by a copy of this class in another class loader.
            return null;
        }
    }

    private static void close(@Nullable Channel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.debug("A lock file cannot be closed", e);
        }
    }

    /** Frees it. The lock file stays: deleting it would let two processes in. */
    @Override
    public void close() {
        if (process != null) {
            close(process.channel());
        }
        thread.unlock();
    }
}
