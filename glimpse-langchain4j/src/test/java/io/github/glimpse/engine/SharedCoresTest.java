package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedCoresTest {

    @TempDir
    Path proc;

    @Test
    void aQuotaIsFoundByTheProcessorsThatTheJvmCounts() throws IOException {
        write("0-3", 100, 100);

        assertThat(new SharedCores(proc).reason(2)).contains("the JVM counts 2 of 4 cores");
    }

    @Test
    void anAffinityIsFound() throws IOException {
        write("1,3", 100, 100);

        assertThat(new SharedCores(proc).reason(2)).contains("the process may use 2 of 4 cores");
    }

    @Test
    void timeOfOtherProcessesOnTheAllowedCoresIsLoad() throws IOException {
        SharedCores cores = new SharedCores(proc);
        write("1-2", 1_000, 500);
        SharedCores.Ticks before = cores.ticks();
        // Both cores busy for 20 ticks, 10 of them by this process.
        write("1-2", 1_020, 510);
        SharedCores.Ticks busy = cores.ticks();

        assertThat(before.cores()).isEqualTo(2);
        assertThat(SharedCores.Ticks.otherCores(before, busy)).isCloseTo(1.5, within(1e-9));
        assertThat(SharedCores.Ticks.otherCores(before, before)).isZero();
    }

    @Test
    void nothingIsFoundWithoutProc() {
        assertThat(new SharedCores(proc.resolve("missing")).reason(1)).isEmpty();
    }

    private void write(String allowed, long busyOfEach, long own) throws IOException {
        Files.createDirectories(proc.resolve("self"));
        StringBuilder stat = new StringBuilder("cpu  1 1 1 1 1 1 1 1 0 0\n");
        for (int core = 0; core < 4; core++) {
            stat.append("cpu").append(core).append(' ').append(busyOfEach).append(" 0 0 7 7 0 0 0 5 5\n");
        }
        Files.writeString(proc.resolve("stat"), stat + "intr 1 2\nctxt 3\n");
        Files.writeString(proc.resolve("self/status"), "Name:\tjava\nCpus_allowed_list:\t" + allowed + "\n");
        Files.writeString(
                proc.resolve("self/stat"),
                "7 (a (b) c) S 1 1 1 0 -1 4194304 1 0 0 0 " + (own - 40) + " 40 0 0 20 0 9 0 1 1 1\n");
    }
}
