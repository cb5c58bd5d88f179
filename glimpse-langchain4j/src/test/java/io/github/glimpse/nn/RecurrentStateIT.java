package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.engine.Weights;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The tiny Qwen2.5-VL's decoder with a layer in the middle that adds up what it saw. */
class RecurrentStateIT {

    private static final Path MODEL = Path.of("src/test/resources/fixtures/qwen2_5_vl-tiny/model");
    private static final ModelDimensions DIMENSIONS = new ModelDimensions(6, 64, 4, 2, 16, 1e-6, 32, 4);
    private static final DecoderShape SHAPE = new DecoderShape(768, 160, 1e6, new int[] {2, 3, 3}, false);
    private static final int SUMMING = 1;
    private static final int HIDDEN = 64;
    private static final int PADDED = 64;

    private TorchRuntime runtime;
    private Weights weights;
    private TensorScope scope;
    private DecoderStack stack;

    /** Each row becomes the sum of all rows so far. */
    private static final class Summing implements RecurrentLayer {

        @Override
        public List<NDArray> start(TensorScope owner) {
            return List.of(owner.floats(new float[HIDDEN], HIDDEN));
        }

        @Override
        public long weightBytes() {
            return 0;
        }

        @Override
        public NDArray run(NDArray hidden, int rows, List<NDArray> state, TensorScope owner) {
            float[] values = hidden.toFloatArray();
            float[] sum = state.get(0).toFloatArray();
            float[] output = new float[values.length];
            for (int i = 0; i < rows * HIDDEN; i++) {
                sum[i % HIDDEN] += values[i];
                output[i] = sum[i % HIDDEN];
            }
            state.get(0).set(FloatBuffer.wrap(sum));
            return owner.floats(output, values.length / HIDDEN, HIDDEN);
        }
    }

    @BeforeEach
    void load() {
        runtime = TorchRuntime.start(RuntimeOptions.defaults());
        weights = Weights.open(runtime, SafetensorsIndex.of(MODEL), Dtype.FLOAT32, WeightFormat.MAPPED);
        scope = runtime.openScope();
        Map<Integer, RecurrentLayer> layers = Map.of(SUMMING, new Summing());
        stack = DecoderStack.load(
                runtime, weights, DecoderNames.below("model", "lm_head"), SHAPE, DIMENSIONS, layers, scope);
    }

    @AfterEach
    void close() {
        stack.close();
        scope.close();
        weights.close();
        runtime.close();
    }

    private NDArray rows(int first, int count) {
        float[] values = new float[PADDED * HIDDEN];
        for (int i = 0; i < values.length; i++) {
            // Padding is no zeros, so that a state that sees it is another one.
            values[i] = i < count * HIDDEN ? first + i / HIDDEN : 1000;
        }
        return scope.floats(values, PADDED, HIDDEN);
    }

    private float last(NDArray output, int row) {
        return output.toFloatArray()[row * HIDDEN];
    }

    private float run(LayerState state, int first, int count, int probe) {
        RotaryEmbedding.Tables tables = stack.rotary(scope.longs(new long[3 * PADDED], 3, PADDED), scope);
        NDArray output = stack.prompts()
                .layer(
                        SUMMING,
                        rows(first, count + probe),
                        count + probe,
                        probe,
                        tables,
                        state,
                        RowSlices.of(CancellationPoint.NONE),
                        scope);
        return last(output, count + probe - 1);
    }

    @Test
    void saysWhichLayerItIs() {
        assertThat(stack.hasRecurrent()).isTrue();
        assertThat(stack.isRecurrent(SUMMING)).isTrue();
        assertThat(stack.isRecurrent(0)).isFalse();
        assertThat(stack.newState(0, 64, scope)).isInstanceOf(KvCache.class);
        assertThat(stack.newState(SUMMING, 64, scope)).isInstanceOf(RecurrentState.class);
    }

    @Test
    void paddingDoesNotTouchTheState() {
        LayerState state = stack.newState(SUMMING, 64, scope);

        assertThat(run(state, 1, 3, 0)).isEqualTo(1 + 2 + 3);
        assertThat(run(state, 4, 1, 0)).isEqualTo(1 + 2 + 3 + 4);
        assertThat(state.length()).isEqualTo(4);
        assertThat(state.isFinite()).isTrue();
    }

    @Test
    void aProbeSeesTheRowsAndIsForgotten() {
        LayerState state = stack.newState(SUMMING, 64, scope);

        assertThat(run(state, 1, 3, 2)).isEqualTo(1 + 2 + 3 + 4 + 5);
        state.truncate(state.length() - 2);

        assertThat(run(state, 10, 1, 0)).isEqualTo(1 + 2 + 3 + 10);
    }

    @Test
    void aCutLeavesTheStateAsItIs() {
        LayerState state = stack.newState(SUMMING, 64, scope);
        run(state, 1, 3, 0);

        state.keep(scope.indices(new int[] {0, 2}), 64);

        assertThat(run(state, 4, 1, 0)).isEqualTo(1 + 2 + 3 + 4);
    }

    @Test
    void goesBackToWhatItRememberedAndNowhereElse() {
        LayerState state = stack.newState(SUMMING, 64, scope);
        run(state, 1, 2, 0);
        state.remember();
        run(state, 3, 1, 0);
        state.remember();
        run(state, 4, 1, 0);

        state.truncate(3);
        assertThat(run(state, 9, 1, 0)).isEqualTo(1 + 2 + 3 + 9);
        state.truncate(2);
        assertThat(run(state, 9, 1, 0)).isEqualTo(1 + 2 + 9);
        assertThatThrownBy(() -> state.truncate(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot go back to 1");
    }
}
