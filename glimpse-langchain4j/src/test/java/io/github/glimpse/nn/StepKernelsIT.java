package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.RequiresHardware;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.sampling.TokenLikelihoods;
import io.github.glimpse.testing.RandomModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A step in kernels of our own beside one in libtorch's operations, on a GPU. */
class StepKernelsIT {

    private static final int LAYERS = 3;
    // bfloat16 has 8 bits, and both round at the same places on a GPU
    private static final double BFLOAT16 = 0.03;
    // How much further than the text the kernels may be from float32: random layers make much of the last bit
    private static final double FURTHER = 1.1;

    private static TorchRuntime runtime;

    @TempDir
    static Path folder;

    @BeforeAll
    static void start() {
        runtime = TorchRuntime.start(RuntimeOptions.defaults());
    }

    @AfterAll
    static void stop() {
        runtime.close();
    }

    @ParameterizedTest
    @CsvSource({
        "BFLOAT16, 3, 1, 64",
        "BFLOAT16, 4, 2, 64",
        "FLOAT16, 4, 4, 64",
        "BFLOAT16, 7, 1, 64",
        "BFLOAT16, 6, 2, 128",
        "FLOAT16, 16, 2, 128"
    })
    @RequiresHardware(HardwareFeature.GPU_ATTENTION)
    void kernelsAndTextDecodeTheSame(Dtype dtype, int heads, int kvHeads, int headDim) {
        try (Loaded loaded = new Loaded(dtype, heads, kvHeads, headDim);
                Loaded wide = new Loaded(dtype, Dtype.FLOAT32, heads, kvHeads, headDim);
                TensorScope scope = runtime.openScope()) {
            DecoderSteps steps = new DecoderSteps(loaded.stack);
            DecoderSteps wideSteps = new DecoderSteps(wide.stack);
            List<LayerState> own = loaded.states(scope);
            List<LayerState> others = loaded.states(scope);
            List<LayerState> wideStates = wide.states(scope);
            double most = 0;
            double kernelsFromWide = 0;
            double textFromWide = 0;
            // tiles of 64 keys: one, many, and a row that is the first of one
            for (int token = 0; token < 200; token++) {
                List<DecoderSteps.Row> row = rows(token, others);
                float[] expected = steps.byText(row).get(0).logits();
                RowLogits given = loaded.kernels().run(rows(token, own)).get(0);
                float[] exact = wideSteps.byText(rows(token, wideStates)).get(0).logits();
                most = Math.max(most, DecoderNumericsIT.relative(given.logits(), expected));
                kernelsFromWide = Math.max(kernelsFromWide, DecoderNumericsIT.relative(given.logits(), exact));
                textFromWide = Math.max(textFromWide, DecoderNumericsIT.relative(expected, exact));
                assertThat(given.logOfSum()).isCloseTo(TokenLikelihoods.logOfSum(given.logits(), 1), within(1e-5));
            }
            System.out.println(dtype + ", " + heads + " heads on " + kvHeads + " of " + headDim + ": at most " + most
                    + " apart, kernels " + kernelsFromWide + " from float32, text " + textFromWide);
            assertThat(kernelsFromWide).isLessThan(FURTHER * textFromWide);
            // The text of a CPU rounds elsewhere: less, in attention.
            if (runtime.onGpu()) {
                assertThat(most).isLessThan(dtype == Dtype.BFLOAT16 ? BFLOAT16 : BFLOAT16 / 4);
            }
        }
    }

    @Test
    @RequiresHardware(HardwareFeature.GPU_ATTENTION)
    void splitsOfSeveralTilesAreReadToo() {
        // 32 splits have one tile of 64 keys each up to here
        int oneTile = 2_048;
        try (Loaded loaded = new Loaded(Dtype.FLOAT16, 4, 2, 64);
                TensorScope scope = runtime.openScope()) {
            DecoderSteps steps = new DecoderSteps(loaded.stack);
            List<LayerState> own = loaded.states(oneTile + 256, scope);
            List<LayerState> others = loaded.states(oneTile + 256, scope);
            for (int token = 0; token < oneTile + 200; token++) {
                float[] given = loaded.kernels()
                        .run(rows(token % 700, token, own))
                        .get(0)
                        .logits();
                float[] expected =
                        steps.byText(rows(token % 700, token, others)).get(0).logits();
                if (token > oneTile - 10) {
                    assertThat(DecoderNumericsIT.relative(given, expected))
                            .as("token %d", token)
                            .isLessThan(BFLOAT16 / 4);
                }
            }
        }
    }

    @Test
    @RequiresHardware(HardwareFeature.GPU_ATTENTION)
    void aRowHasTheSameBitsAloneAndAmongOthers() {
        try (Loaded loaded = new Loaded(Dtype.BFLOAT16, 14, 2, 64);
                TensorScope scope = runtime.openScope()) {
            int count = 20;
            List<List<RowLogits>> alone = new ArrayList<>();
            for (int sequence = 0; sequence < count; sequence++) {
                List<LayerState> states = loaded.states(scope);
                List<RowLogits> logits = new ArrayList<>();
                for (int token = 0; token < 7 * (sequence + 1) + 10; token++) {
                    logits.add(loaded.kernels()
                            .run(rows(token + sequence, token, states))
                            .get(0));
                }
                alone.add(logits);
            }
            for (int size : new int[] {2, 7, 8, 9, 20}) {
                List<List<LayerState>> states = new ArrayList<>();
                for (int sequence = 0; sequence < size; sequence++) {
                    // each is some tokens ahead of the one before it
                    List<LayerState> own = loaded.states(scope);
                    for (int token = 0; token < 7 * sequence; token++) {
                        loaded.kernels().run(rows(token + sequence, token, own));
                    }
                    states.add(own);
                }
                for (int step = 0; step < 10; step++) {
                    List<DecoderSteps.Row> together = new ArrayList<>();
                    for (int sequence = 0; sequence < size; sequence++) {
                        int token = 7 * sequence + step;
                        together.addAll(rows(token + sequence, token, states.get(sequence)));
                    }
                    List<RowLogits> logits = loaded.kernels().run(together);
                    for (int sequence = 0; sequence < size; sequence++) {
                        RowLogits single = alone.get(sequence).get(7 * sequence + step);
                        assertThat(Arrays.equals(logits.get(sequence).logits(), single.logits()))
                                .as("sequence %d among %d, step %d", sequence, size, step)
                                .isTrue();
                        assertThat(logits.get(sequence).logOfSum()).isEqualTo(single.logOfSum());
                    }
                }
            }
        }
    }

    private static List<DecoderSteps.Row> rows(int token, List<LayerState> states) {
        return rows(token, token, states);
    }

    private static List<DecoderSteps.Row> rows(int id, int position, List<LayerState> states) {
        long[] positions = new long[LAYERS];
        Arrays.fill(positions, position);
        return List.of(new DecoderSteps.Row(new DecoderSteps.Rows(id, positions, states), 0));
    }

    /** A small random decoder. */
    private static final class Loaded implements AutoCloseable {

        private final TensorScope owner = runtime.openScope();
        private final Weights weights;
        private final DecoderStack stack;

        Loaded(Dtype dtype, int heads, int kvHeads, int headDim) {
            this(dtype, dtype, heads, kvHeads, headDim);
        }

        /** One type is that of the weights, the other what is computed in. */
        Loaded(Dtype dtype, Dtype computed, int heads, int kvHeads, int headDim) {
            int hidden = heads * headDim;
            Path model = RandomModelFolder.ofShape("qwen2.5-vl-tiny")
                    .decoder(hidden, LAYERS, heads, kvHeads, 2 * hidden)
                    .type(dtype == Dtype.BFLOAT16 ? StoredType.BF16 : StoredType.F16)
                    .write(folder.resolve(dtype + "-" + heads + "-" + kvHeads + "-" + headDim));
            weights = Weights.open(runtime, SafetensorsIndex.of(model), computed, WeightFormat.AUTO);
            int frequencies = headDim / 2;
            stack = DecoderStack.load(
                    runtime,
                    weights,
                    new DecoderNames("model.embed_tokens", "model.layers", "model.norm", "lm_head"),
                    new DecoderShape(
                            768,
                            2 * hidden,
                            1e6,
                            new int[] {
                                frequencies / 4,
                                frequencies * 3 / 8,
                                frequencies - frequencies / 4 - frequencies * 3 / 8
                            },
                            false),
                    new ModelDimensions(LAYERS, hidden, heads, kvHeads, headDim, 1e-6, 32, 4),
                    owner);
            weights.finishLoading();
        }

        StepKernels kernels() {
            return Objects.requireNonNull(stack.stepKernels(), "kernels for this shape");
        }

        List<LayerState> states(TensorScope scope) {
            return states(256, scope);
        }

        List<LayerState> states(int rows, TensorScope scope) {
            List<LayerState> states = new ArrayList<>();
            for (int layer = 0; layer < LAYERS; layer++) {
                states.add(stack.newState(layer, rows, scope));
            }
            return states;
        }

        @Override
        public void close() {
            stack.close();
            weights.close();
            owner.close();
        }
    }
}
