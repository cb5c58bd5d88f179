package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@Thorough
@TestCategory.Memory
class LargePagesIT {

    private static final Path PAGES_OF_THE_MACHINE = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    private static final int NUMBERS = 16 << 20;

    @Test
    void tensorsOfSomeMegabytesLieOnLargePagesWhereTheMachineHasThem() throws IOException {
        assumeThat(PAGES_OF_THE_MACHINE).exists();
        assumeThat(Files.readString(PAGES_OF_THE_MACHINE)).doesNotContain("[never]");
        assumeThat(System.getenv(LargePages.VARIABLE)).isNull();
        try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults());
                TensorScope scope = runtime.openScope()) {
            long before = kibibytesOnLargePages();
            NDArray tensor = scope.floats(new float[NUMBERS], NUMBERS).duplicate();

            // half of the 64 MiB, should the machine be short of whole pages
            assertThat(kibibytesOnLargePages() - before).isGreaterThan(32 << 10);
            assertThat(tensor.size()).isEqualTo(NUMBERS);
            tensor.close();
        }
    }

    private static long kibibytesOnLargePages() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/smaps_rollup")).stream()
                .filter(line -> line.startsWith("AnonHugePages:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }
}
