package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.testing.OwnProcess;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What rows of prompts attend to, by {@link FewRows}' library. */
@RequiresHardware(HardwareFeature.ROW_KERNELS)
class PromptAttentionIT {

    /** Heads of queries, of keys, their numbers. */
    private static final int[][] HEADS = {{16, 2, 128}, {4, 4, 64}, {3, 1, 80}, {1, 1, 16}};

    /** Rows of prompts, and behind which rows of their caches they begin. */
    private static final long[][][] PROMPTS = {
        {{35}, {0}},
        {{1}, {0}},
        {{1, 64, 3}, {63, 64, 127}},
        {{7, 40, 8, 64, 2}, {0, 30, 64, 1, 200}},
        {{130, 5}, {70, 0}}
    };

    @TempDir
    private Path folder;

    @Test
    void eachRowHasTheSameBitsAloneAndAmongOthersAndIsWhatItShouldBe() {
        try (TorchRuntime runtime = PlainRowsIT.started()) {
            assertThat(failures(runtime)).isEmpty();
        }
    }

    @Thorough
    @TestCategory.Reference
    @ParameterizedTest
    @CsvSource({"default, 5", "default, 1", "avx2, 2"})
    void itIsSoByOtherInstructionsAndThreadsToo(String instructions, String threads) throws Exception {
        PlainRowsIT.started().close();

        assertThat(OwnProcess.lines(
                        instructions.equals("default") ? Map.of() : Map.of("ATEN_CPU_CAPABILITY", instructions),
                        OfThreads.class,
                        120,
                        folder,
                        threads))
                .containsExactly("rows are multiplied: true");
    }

    @Test
    void rowsPastACapacityAreZeros() {
        try (TorchRuntime runtime = PlainRowsIT.started();
                Graph graph = graph(runtime);
                TensorScope scope = runtime.openScope()) {
            assertThat(HostValues.longs(graph.call("overflow").run(scope))).containsExactly(0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "4, 64, 4, 0, 1, '4 rows behind 0 of 3 begin at 0 of 64'",
        "4, 64, -1, 0, 1, '-1 rows behind 0 of 3'",
        "4, 64, 3, 65, 1, '3 rows behind 0 of 3 begin at 65 of 64'",
        "4, 64, 3, -1, 1, 'begin at -1 of 64'",
        "4, 40, 3, 0, 1, 'caches [2, 40, 8] of Float and [2, 40, 8] of Float of rows [4, 3, 8] of Float'",
        "3, 64, 3, 0, 1, 'caches [2, 64, 8] of Float and [2, 64, 8] of Float of rows [3, 3, 8]'",
        "4, 64, 3, 0, 2, 'rows [4, 3, 8] of 1 prompts that begin at 1 places of 2 and 2 caches'"
    })
    void whatDoesNotFitIsRefusedWithItsSizes(
            long heads, long capacity, long count, long start, long prompts, String expected) {
        StepRowsIT.assertRefused(PromptAttentionIT::graph, expected, "refused", heads, capacity, count, start, prompts);
    }

    @ParameterizedTest
    @CsvSource({"FLOAT16, FLOAT16, in bfloat16 and float32", "FLOAT32, BFLOAT16, of BFloat16"})
    void otherTypesAreRefused(Dtype ofQuery, Dtype ofCaches, String expected) {
        StepRowsIT.assertRefused(PromptAttentionIT::graph, expected, "refused_type", ofQuery.code(), ofCaches.code());
    }

    /** Prints what fails on so many threads, and that it ran. */
    static final class OfThreads {

        private OfThreads() {}

        public static void main(String[] arguments) {
            try (TorchRuntime runtime =
                    TorchRuntime.start(RuntimeOptions.defaults().withThreads(Integer.parseInt(arguments[1])))) {
                failures(runtime).forEach(System.out::println);
                System.out.println("rows are multiplied: " + runtime.multipliesRows());
            }
        }
    }

    private static List<String> failures(TorchRuntime runtime) {
        List<String> failures = new ArrayList<>();
        try (Graph graph = graph(runtime)) {
            for (Dtype type : List.of(Dtype.BFLOAT16, Dtype.FLOAT32)) {
                // Weights and what comes of them are rounded, numbers up to 2.
                float most = type == Dtype.BFLOAT16 ? 3 / 128f : 5e-6f;
                for (int[] heads : HEADS) {
                    for (long[][] prompts : PROMPTS) {
                        long padded = Arrays.stream(prompts[0]).sum() + 3;
                        try (TensorScope scope = runtime.openScope()) {
                            float[] told = HostValues.floats(graph.call("attention")
                                    .with(heads[0])
                                    .with(heads[1])
                                    .with(heads[2])
                                    .with(prompts[0])
                                    .with(prompts[1])
                                    .with(padded)
                                    .with(type.code())
                                    .run(scope));
                            if (!(told[0] <= most) || told[1] > 0 || told[2] > 0) {
                                failures.add(type + " " + Arrays.toString(heads) + " " + Arrays.deepToString(prompts)
                                        + ": " + Arrays.toString(told));
                            }
                        }
                    }
                }
            }
        }
        return failures;
    }

    private static Graph graph(TorchRuntime runtime) {
        return Graph.named("prompt attention")
                .with(PromptAttentionIT.class, "prompt-attention")
                .compile(runtime);
    }
}
