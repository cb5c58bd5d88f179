package io.github.glimpse.files;

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
 * Exclusive lock on a file between processes and between the threads of one. The system releases it when the process ends,
 * however it ends.
 *
 * <p>Where the file system has no locks (some network disks), it excludes the threads of this process only.
 */
public final class ProcessLock implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessLock.class);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);
    private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

    /**
     * One for each lock file. A second channel of this process must not even be opened: where it is closed, POSIX systems drop
     * the first one's lock. Never emptied; it has as many entries as there were lock files.
     */
    private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock thread;
    private final @Nullable FileLock process;

    private ProcessLock(ReentrantLock thread, @Nullable FileLock process) {
        this.thread = thread;
        this.process = process;
    }

    /**
     * Waits for the lock.
     *
     * @param file the lock file, created if it is missing; its folder too
     * @param purpose names the work in log messages, such as {@code the same download}
     */
    public static ProcessLock acquire(Path file, String purpose) throws InterruptedException {
        ReentrantLock thread = THREADS.computeIfAbsent(file.toAbsolutePath().normalize(), key -> new ReentrantLock());
        while (!thread.tryLock(LOG_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.info("Waiting for another thread of this process: {} ({})", purpose, file.getFileName());
        }
        boolean acquired = false;
        try {
            ProcessLock lock = new ProcessLock(thread, lockFile(file, purpose));
            acquired = true;
            return lock;
        } finally {
            if (!acquired) {
                thread.unlock();
            }
        }
    }

    /** Whether other processes are excluded. */
    public boolean excludesProcesses() {
        return process != null;
    }

    private static @Nullable FileLock lockFile(Path file, String purpose) throws InterruptedException {
        FileChannel channel = null;
        FileLock lock = null;
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = waitFor(channel, file, purpose);
            return lock;
        } catch (IOException e) {
            LOG.warn(
                    "'{}' cannot be locked, so another process may do the same at the same time ({}): {}",
                    file,
                    purpose,
                    e.toString());
            return null;
        } finally {
            if (lock == null) {
                close(channel);
            }
        }
    }

    private static FileLock waitFor(FileChannel channel, Path file, String purpose)
            throws IOException, InterruptedException {
        long logged = System.nanoTime();
        while (true) {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - logged >= LOG_INTERVAL.toNanos()) {
                logged = System.nanoTime();
                LOG.info("Waiting for another process: {} ({})", purpose, file.getFileName());
            }
            Thread.sleep(POLL_INTERVAL.toMillis());
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

    /** Releases it. The lock file stays: deleting it would let two processes in. */
    @Override
    public void close() {
        if (process != null) {
            close(process.channel());
        }
        thread.unlock();
    }
}
