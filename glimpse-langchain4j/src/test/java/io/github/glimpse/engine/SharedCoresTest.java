package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedCoresTest {

    @TempDir
    Path folder;

    @Test
    void aQuotaIsFoundByTheProcessorsThatTheJvmCounts() throws IOException {
        assertThat(cores("0-3", 100, 100).limit(2)).contains("the JVM counts 2 of 4 cores");
    }

    @Test
    void anAffinityIsFound() throws IOException {
        assertThat(cores("1,3", 100, 100).limit(2)).contains("the process may use 2 of 4 cores");
    }

    @Test
    void allCoresAreNoLimitWhateverOtherProcessesUse() throws IOException {
        assertThat(cores("0-3", 100_000, 100).limit(4)).isEmpty();
    }

    @Test
    void timeOfOtherProcessesOnTheAllowedCoresIsLoad() throws IOException {
        SharedCores.Ticks before = cores("1-2", 1_000, 500).ticks();
        // Both cores busy for 20 ticks, 10 of them by this process.
        SharedCores.Ticks busy = cores("1-2", 1_020, 510).ticks();

        assertThat(before.cores()).isEqualTo(2);
        assertThat(SharedCores.Ticks.otherCores(before, busy)).isCloseTo(1.5, within(1e-9));
        assertThat(SharedCores.Ticks.otherCores(before, before)).isZero();
    }

    @Test
    void theLoadIsUnknownWhereTheAllowedCoresHaveChanged() throws IOException {
        SharedCores.Ticks before = cores("1-2", 1_000, 500).ticks();

        assertThat(SharedCores.Ticks.otherCores(before, cores("0-3", 1_020, 510).ticks()))
                .isZero();
    }

    @Test
    void nothingIsFoundWithoutProc() {
        assertThat(new SharedCores(folder.resolve("missing")).limit(1)).isEmpty();
    }

    private SharedCores cores(String allowed, long busyOfEach, long own) throws IOException {
        new ProcFolder(folder).write(allowed, busyOfEach, 7, own);
        return new SharedCores(folder);
    }
}
