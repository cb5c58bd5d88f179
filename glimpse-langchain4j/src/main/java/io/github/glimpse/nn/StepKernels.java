package io.github.glimpse.nn;

import io.github.glimpse.DeviceLostException;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.engine.CudaKernels;
import io.github.glimpse.engine.CudaKernels.Argument;
import io.github.glimpse.engine.CudaKernels.Begin;
import io.github.glimpse.engine.CudaKernels.Launch;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.nn.DecoderSteps.Row;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps of decoding on a GPU in kernels of our own ({@code step.cu}): five a layer, where the compute text asks libtorch for some forty operations, each of
 * which a GPU waits for longer than it computes. A row has the same bits alone and among others. For decoders of 16 bits with
 * keys and values in all layers, on GPUs from Ampere on; what is missing for others is left to the text.
 *
 * <p>Steps run one after the other. Tensors are the decoder's and its owner's.
 */
final class StepKernels implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StepKernels.class);

    // Of a row in a layer: where keys and values lie, which row it is, its position, rows that fit.
    private static final int ENTRY = 5;
    // Tokens that are decoded both ways before the kernels are used, and how far logits may be apart beside their
    // size: half precision rounds to 1/256, and what is wrong is as far away as the logits are large.
    private static final int TRIED = 3;
    private static final double FARTHEST = 0.1;

    private static final String STEP = "a step of decoding";

    // Before the logits
    private static final int SUM_BYTES = StepShape.ROWS * Float.BYTES;

    private final CudaKernels kernels;
    private final StepTensors tensors;
    private final StepShape shape;
    private final int layers;
    private final Argument rows = Argument.whole(0);
    private final Argument eps;
    // One is read while the next pass runs.
    private final List<Pass> passes;
    private final List<Launch> launches = new ArrayList<>();
    private final List<Launch> attending = new ArrayList<>();
    private final List<Launch> norming = new ArrayList<>();

    private StepKernels(CudaKernels kernels, StepTensors tensors, StepShape shape, DecoderStack stack) {
        this.kernels = kernels;
        this.tensors = tensors;
        this.shape = shape;
        ModelDimensions numbers = shape.decoder();
        this.layers = numbers.layers();
        this.eps = Argument.real((float) numbers.normEps());
        long inputs = StepShape.ROWS * (1L + (long) layers * ENTRY);
        long input = tensors.numbers(Dtype.FLOAT32, inputs * Long.BYTES / Float.BYTES);
        long output = tensors.numbers(Dtype.FLOAT32, outputBytes(StepShape.ROWS) / Float.BYTES + 1);
        this.passes = Stream.generate(() ->
                        new Pass(kernels.exchange(inputs * Long.BYTES, input, outputBytes(StepShape.ROWS), output)))
                .limit(2)
                .toList();
        Argument hidden = Argument.address(tensors.rows(numbers.hidden()));
        launches.add(kernels.launch(
                "embed",
                StepShape.THREADS,
                0,
                Begin.BEHIND,
                tensors.place(stack.table()),
                Argument.address(input),
                hidden));
        Between between = new Between(
                hidden,
                Argument.address(tensors.rows(shape.projected())),
                Argument.address(tensors.rows(numbers.heads() * numbers.headDim())),
                Argument.address(tensors.rows(shape.intermediate())),
                Argument.address(tensors.numbers(Dtype.FLOAT32, shape.partialNumbers())),
                Argument.address(tensors.numbers(Dtype.FLOAT32, (long) StepShape.ROWS * shape.headGroups())),
                tensors.place(stack.rotary().frequencies()));
        for (int layer = 0; layer < layers; layer++) {
            attention(layer, between, Argument.address(input + entry(layer, 0) * (long) Long.BYTES));
            mlp(layer, between);
        }
        scores(stack, hidden, output);
    }

    /** What kernels hand to one another. */
    private record Between(
            Argument hidden,
            Argument projected,
            Argument mixed,
            Argument gated,
            Argument partial,
            Argument arrived,
            Argument frequencies) {}

    private void attention(int layer, Between between, Argument entries) {
        norming(
                "project",
                shape.blocks(shape.projected(), shape.outputsAtOnce()),
                between.hidden(),
                tensors.weight(layer, "input_norm"),
                eps,
                tensors.weight(layer, "q"),
                tensors.weight(layer, "k"),
                tensors.weight(layer, "v"),
                tensors.bias(layer, "q"),
                tensors.bias(layer, "k"),
                tensors.bias(layer, "v"),
                between.projected(),
                rows);
        Launch attend = kernels.launch(
                "attend",
                StepShape.ATTENDING,
                0,
                Begin.EARLY,
                entries,
                between.projected(),
                between.frequencies(),
                tensors.weight(layer, "q_norm"),
                tensors.weight(layer, "k_norm"),
                eps,
                between.partial(),
                between.arrived(),
                between.mixed());
        attending.add(attend);
        launches.add(attend);
        adding("add_attended", between.mixed(), tensors.weight(layer, "o"), between.hidden());
    }

    private void mlp(int layer, Between between) {
        norming(
                "open",
                shape.blocks(shape.intermediate(), shape.pairsAtOnce()),
                between.hidden(),
                tensors.weight(layer, "post_norm"),
                eps,
                tensors.weight(layer, "gate"),
                tensors.weight(layer, "up"),
                between.gated(),
                rows);
        adding("add_down", between.gated(), tensors.weight(layer, "down"), between.hidden());
    }

    private void scores(DecoderStack stack, Argument hidden, long output) {
        int blocks = shape.blocks(shape.vocabulary(), shape.outputsAtOnce());
        Argument parts = Argument.address(tensors.numbers(Dtype.FLOAT32, 2L * blocks * StepShape.ROWS));
        norming(
                "score",
                blocks,
                hidden,
                tensors.place(stack.finalNorm()),
                eps,
                tensors.place(stack.head().get(0)),
                Argument.address(output + SUM_BYTES),
                parts,
                rows);
        launches.add(kernels.launch(
                "sum_up", StepShape.THREADS, 0, Begin.EARLY, parts, Argument.whole(blocks), Argument.address(output)));
    }

    /** A product whose input is normed before. */
    private void norming(String kernel, int blocks, Argument... arguments) {
        Launch launch = kernels.launch(
                        kernel, StepShape.THREADS, shape.normedBytes(StepShape.ROWS), Begin.EARLY, arguments)
                .grid(blocks, 1, 1);
        norming.add(launch);
        launches.add(launch);
    }

    /** A product that is added to the hidden rows. */
    private void adding(String kernel, Argument read, Argument weights, Argument hidden) {
        launches.add(
                kernels.launch(kernel, StepShape.THREADS, shape.plainBytes(), Begin.EARLY, read, weights, hidden, rows)
                        .grid(shape.blocks(shape.decoder().hidden(), shape.outputsAtOnce()), 1, 1)
                        .shared(shape.plainBytes()));
    }

    /**
     * The kernels for a decoder, after they and the text have decoded the same; null where there are none, and with a warning where they
     * cannot be compiled or give something else.
     *
     * @throws DeviceLostException if the GPU fails for good meanwhile
     */
    static @Nullable StepKernels prepare(DecoderStack stack, DecoderShape decoder) {
        TorchRuntime runtime = stack.runtime();
        if (!runtime.onGpu() || !stack.attendsTogether() || !TorchRuntime.mayUseOwnKernels()) {
            return null;
        }
        long begun = System.nanoTime();
        try {
            StepShape shape = stack.hasRecurrent()
                    ? null
                    : StepShape.of(stack.dimensions(), decoder, stack.dtype(), CudaKernels.limits(runtime))
                            .orElse(null);
            if (shape == null || !StepTensors.fit(stack)) {
                LOG.info("There are no kernels for decoding this model on this GPU; steps take libtorch's operations");
                return null;
            }
            StepKernels made = made(stack, shape);
            double apart = Double.POSITIVE_INFINITY;
            try {
                apart = made.apart(stack);
            } finally {
                if (!(apart <= FARTHEST)) {
                    made.close();
                }
            }
            if (apart <= FARTHEST) {
                LOG.info(
                        "Kernels for decoding are ready after {} ms; their logits are {} of their size from libtorch's",
                        (System.nanoTime() - begun) / 1_000_000,
                        apart);
                return made;
            }
            LOG.warn(
                    "The kernels for decoding are not used (their logits are {} of their size from libtorch's, at most {} is"
                            + " expected); answers are as good and come more slowly",
                    apart,
                    FARTHEST);
        } catch (DeviceLostException e) {
            LOG.error(
                    "The GPU failed while the kernels for decoding were tried; -D{}=true leaves them out",
                    TorchRuntime.NO_KERNELS);
            throw e;
        } catch (GlimpseException e) {
            LOG.warn(
                    "The kernels for decoding are not used ({}); answers are as good and come more slowly",
                    e.getMessage());
        }
        return null;
    }

    private static StepKernels made(DecoderStack stack, StepShape shape) {
        StepTensors tensors = new StepTensors(stack);
        CudaKernels kernels = null;
        StepKernels made = null;
        try {
            kernels = CudaKernels.compile(stack.runtime(), StepKernels.class, "step", shape.facts());
            made = new StepKernels(kernels, tensors, shape, stack);
            return made;
        } finally {
            if (made == null) {
                if (kernels != null) {
                    kernels.close();
                }
                tensors.close();
            }
        }
    }

    /** How far logits are from those of the text, in the mean of squares, by the size of these. */
    private double apart(DecoderStack stack) {
        DecoderSteps text = new DecoderSteps(stack);
        double squares = 0;
        double all = 0;
        try (TensorScope scope = stack.openScope()) {
            List<LayerState> states = states(stack, scope);
            List<LayerState> others = states(stack, scope);
            for (int token = 0; token < TRIED; token++) {
                long[] positions = new long[layers];
                Arrays.fill(positions, token);
                float[] expected =
                        text.byText(rows(token, positions, states)).get(0).logits();
                float[] given = run(rows(token, positions, others)).get(0).logits();
                for (int i = 0; i < expected.length; i++) {
                    squares += Math.pow((double) given[i] - expected[i], 2);
                    all += Math.pow(expected[i], 2);
                }
            }
        }
        double result = Math.sqrt(squares / all);
        return Double.isNaN(result) ? Double.POSITIVE_INFINITY : result;
    }

    private List<LayerState> states(DecoderStack stack, TensorScope scope) {
        List<LayerState> states = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            states.add(stack.newState(layer, TRIED, scope));
        }
        return states;
    }

    private static List<Row> rows(int token, long[] positions, List<LayerState> states) {
        return List.of(new Row(new DecoderSteps.Rows(token, positions, states), 0));
    }

    /** Whether rows can run together: each of a sequence of its own. */
    static boolean takes(List<Row> rows) {
        Set<Object> sequences = new HashSet<>();
        return rows.stream().allMatch(row -> row.behind() == 0 && sequences.add(row.state(0)));
    }

    /** The logits after each row; more than {@value StepShape#ROWS} run one eight after the other. */
    synchronized List<RowLogits> run(List<Row> every) {
        List<RowLogits> logits = new ArrayList<>();
        int before = 0;
        for (int start = 0; start < every.size(); start += StepShape.ROWS) {
            List<Row> some = every.subList(start, Math.min(every.size(), start + StepShape.ROWS));
            Pass pass = passes.get(start / StepShape.ROWS % passes.size());
            // Where a run failed half way its pass may not have ended yet.
            kernels.await(STEP, pass.exchange());
            enter(some, pass.entries());
            kernels.run(STEP, pass.exchange(), launches, outputBytes(some.size()));
            if (start > 0) {
                logits.addAll(read(passes.get(before / StepShape.ROWS % passes.size()), start - before));
            }
            before = start;
        }
        logits.addAll(read(passes.get(before / StepShape.ROWS % passes.size()), every.size() - before));
        return logits;
    }

    private List<RowLogits> read(Pass pass, int count) {
        kernels.await(STEP, pass.exchange());
        List<RowLogits> logits = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            short[] bits = new short[shape.vocabulary()];
            pass.scores().get(row * bits.length, bits);
            float sum = pass.sums().get(row);
            logits.add(new RowLogits(bits, shape.dtype(), Float.isFinite(sum) ? sum : Double.NaN));
        }
        return logits;
    }

    private long outputBytes(int count) {
        return SUM_BYTES + (long) count * shape.vocabulary() * Short.BYTES;
    }

    private void enter(List<Row> some, LongBuffer entries) {
        rows.set(some.size());
        launches.get(0).grid(some.size(), 1, 1);
        norming.forEach(launch -> launch.shared(shape.normedBytes(some.size())));
        for (int row = 0; row < some.size(); row++) {
            entries.put(row, some.get(row).id());
        }
        for (int layer = 0; layer < layers; layer++) {
            int splits = 1;
            for (int row = 0; row < some.size(); row++) {
                KvCache cache = (KvCache) some.get(row).state(layer);
                int at = entry(layer, row);
                entries.put(at, cache.keysPlace());
                entries.put(at + 1, cache.valuesPlace());
                entries.put(at + 2, cache.append());
                entries.put(at + 3, some.get(row).position(layer));
                entries.put(at + 4, cache.capacity());
                splits = Math.max(splits, StepShape.splits(cache.length()));
            }
            attending.get(layer).grid(splits, shape.headGroups(), some.size());
        }
    }

    private static int entry(int layer, int row) {
        return StepShape.ROWS + (layer * StepShape.ROWS + row) * ENTRY;
    }

    @Override
    public void close() {
        kernels.close();
        tensors.close();
    }

    /** One eight of rows at a time: ids and entries, and sums and logits. */
    private record Pass(CudaKernels.Exchange exchange, LongBuffer entries, FloatBuffer sums, ShortBuffer scores) {

        Pass(CudaKernels.Exchange exchange) {
            this(
                    exchange,
                    exchange.input().asLongBuffer(),
                    exchange.output().asFloatBuffer(),
                    exchange.output()
                            .slice(SUM_BYTES, exchange.output().capacity() - SUM_BYTES)
                            .order(exchange.output().order())
                            .asShortBuffer());
        }
    }
}
