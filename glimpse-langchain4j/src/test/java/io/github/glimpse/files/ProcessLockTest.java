package io.github.glimpse.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessLockTest {

    @TempDir
    private Path directory;

    @Test
    void waitsForALockThatAnotherClassLoaderOfThisProcessHolds() throws Exception {
        Path file = directory.resolve("locks/x.lock");
        Files.createDirectories(file.getParent());
        AtomicBoolean acquired = new AtomicBoolean();
        Thread waiting;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            waiting = new Thread(() -> {
                try (ProcessLock lock = ProcessLock.acquire(file, "test")) {
                    acquired.set(lock.excludesProcesses());
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            waiting.start();
            waiting.join(300);
            assertThat(held.isValid()).isTrue();
            assertThat(acquired).isFalse();
        }
        waiting.join(60_000);
        assertThat(acquired).isTrue();
    }
}
