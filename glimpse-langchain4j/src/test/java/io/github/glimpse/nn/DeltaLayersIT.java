package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.engine.Weights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The first layer of the tiny Qwen3.5: what 64 rows at a time give is what row by row gives. */
class DeltaLayersIT {

    private static final Path MODEL = Path.of("src/test/resources/fixtures/qwen3_5-tiny/model");
    private static final DeltaShape SHAPE = new DeltaShape(64, 64, 2, 8, 4, 12, 4, 1e-6);
    private static final int HIDDEN = 64;
    private static final int ROWS = 150;
    private static final int PADDED = 192;
    // Rows that add up to the same sums in another order.
    private static final float TOLERANCE = 2e-4f;

    private TorchRuntime runtime;
    private Weights weights;
    private TensorScope scope;
    private RecurrentLayer layer;

    @BeforeEach
    void load() {
        runtime = TorchRuntime.start(RuntimeOptions.defaults());
        weights = Weights.open(runtime, SafetensorsIndex.of(MODEL), Dtype.FLOAT32, WeightFormat.MAPPED);
        scope = runtime.openScope();
        layer = new DeltaLayers(runtime, SHAPE).layer(weights.at("model.language_model.layers.0"), scope);
    }

    @AfterEach
    void close() {
        layer.close();
        scope.close();
        weights.close();
        runtime.close();
    }

    private static float[] values() {
        Random random = new Random(4);
        float[] values = new float[PADDED * HIDDEN];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private float[] run(int from, int rows, int padded, List<NDArray> state) {
        float[] some = Arrays.copyOfRange(values(), from * HIDDEN, (from + padded) * HIDDEN);
        float[] output = layer.run(scope.floats(some, padded, HIDDEN), rows, state, scope)
                .toFloatArray();
        return Arrays.copyOf(output, rows * HIDDEN);
    }

    @Test
    void manyRowsAreTheSameAsOneByOne() {
        List<NDArray> together = layer.start(scope);
        List<NDArray> single = layer.start(scope);

        float[] all = run(0, ROWS, PADDED, together);

        for (int row = 0; row < ROWS; row++) {
            assertThat(run(row, 1, 1, single))
                    .containsExactly(Arrays.copyOfRange(all, row * HIDDEN, (row + 1) * HIDDEN), within(TOLERANCE));
        }
        for (int part = 0; part < together.size(); part++) {
            assertThat(together.get(part).toFloatArray())
                    .containsExactly(single.get(part).toFloatArray(), within(TOLERANCE));
        }
    }

    @Test
    void goesOnWhereItStopped() {
        List<NDArray> together = layer.start(scope);
        List<NDArray> parts = layer.start(scope);

        float[] all = run(0, ROWS, ROWS, together);
        run(0, 70, 128, parts);

        assertThat(run(70, ROWS - 70, ROWS - 70, parts))
                .containsExactly(Arrays.copyOfRange(all, 70 * HIDDEN, ROWS * HIDDEN), within(TOLERANCE));
    }
}
