package io.github.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Products for CPUs without bfloat16 against those of the type itself, both made here. */
class Bfloat16ProductsIT {

    // Half of bfloat16's last place of a number below 1, and the same again where sums in another order round apart.
    private static final float LAST_PLACE = 1 / 128f;

    private static TorchRuntime runtime;

    @BeforeAll
    static void start() {
        runtime = TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
    }

    @AfterAll
    static void stop() {
        runtime.close();
    }

    @Test
    void aMatrixIsMadeOrthogonalAlikeInBothTypes() {
        for (int[] shape : new int[][] {{24, 40}, {40, 24}}) {
            try (Graph graph = graph();
                    TensorScope scope = runtime.openScope()) {
                NDArray matrix = scope.floats(normal(shape[0] * shape[1], 5), shape[0], shape[1]);
                float[] narrow = values(graph, "orthogonal", matrix, true, scope);
                float[] wide = values(graph, "orthogonal", matrix, false, scope);
                assertThat(wide).containsExactly(narrow, within(2 * LAST_PLACE));
                assertThat(wide).isNotEqualTo(values(graph, "unrounded", matrix, false, scope));
            }
        }
    }

    @Test
    void aProductHasTheSameSumsInBothTypes() {
        try (Graph graph = graph();
                TensorScope scope = runtime.openScope()) {
            NDArray input = scope.floats(normal(8 * 64, 1), 8, 64);
            float[] narrow = values(graph, "square", input, true, scope);
            float[] wide = values(graph, "square", input, false, scope);
            for (int i = 0; i < wide.length; i++) {
                assertThat(wide[i]).isCloseTo(narrow[i], within(LAST_PLACE * Math.max(1, Math.abs(narrow[i]))));
            }
        }
    }

    private static Graph graph() {
        return Graph.named("products")
                .with(Losses.class, "bfloat16")
                .with(TrainableParameters.class, "optimizer")
                .with(Bfloat16ProductsIT.class, "products")
                .compile(runtime);
    }

    private static float[] values(Graph graph, String method, NDArray matrix, boolean narrow, TensorScope scope) {
        return HostValues.floats(
                graph.call("as_floats_" + method).with(matrix).with(narrow).run(scope));
    }

    private static float[] normal(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
