package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeMemoryTest {

    private static final long MIB = 1L << 20;

    @TempDir
    private Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private void machine() throws IOException {
        write("proc/meminfo", "MemTotal:       2097152 kB\nMemFree:  1 kB\nMemAvailable:   1048576 kB\n");
    }

    @Test
    void takesWhatTheKernelSaysIsAvailableLessTheHeapToCome() throws IOException {
        machine();
        FreeMemory memory = new FreeMemory(root);

        assertThat(memory.bytes(24 * MIB)).isEqualTo(1_000 * MIB);
        assertThat(memory.bytes(2_000 * MIB)).isZero();
        assertThat(memory.all()).isEqualTo(2_048 * MIB);
    }

    @Test
    void takesTheLeastThatAGroupAboveLeaves() throws IOException {
        machine();
        write("proc/self/cgroup", "0::/outer/inner\n");
        write("sys/fs/cgroup/outer/inner/memory.max", "max\n");
        write("sys/fs/cgroup/outer/inner/memory.current", (5 * MIB) + "\n");
        write("sys/fs/cgroup/outer/memory.max", (300 * MIB) + "\n");
        write("sys/fs/cgroup/outer/memory.current", (250 * MIB) + "\n");
        write("sys/fs/cgroup/outer/memory.stat", "anon 1\ninactive_file " + 50 * MIB + "\n");
        FreeMemory memory = new FreeMemory(root);

        assertThat(memory.bytes(0)).isEqualTo(100 * MIB);
        assertThat(memory.all()).isEqualTo(300 * MIB);
    }

    @Test
    void readsTheFirstVersionOfGroupsToo() throws IOException {
        machine();
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", (400 * MIB) + "\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", (350 * MIB) + "\n");
        assertThat(new FreeMemory(root).bytes(0)).isEqualTo(50 * MIB);

        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        assertThat(new FreeMemory(root).bytes(0)).isEqualTo(1_024 * MIB);
    }

    @Test
    void saysThatItDoesNotKnow() {
        assertThat(new FreeMemory(root).bytes(0)).isNegative();
        assertThat(new FreeMemory(root).all()).isNegative();
    }
}
