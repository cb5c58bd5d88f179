package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.engine.CudaKernels;
import io.github.glimpse.engine.CudaKernels.Launch;
import io.github.glimpse.engine.CudaKernels.WholeNumber;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.nn.DecoderSteps.Row;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
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
    // Tokens that are decoded both ways before the kernels are used, and how far logits may be apart beside their size:
    // half precision
    // rounds to 1/256, and what is wrong is as far away as the logits are large.
    private static final int TRIED = 3;
    private static final double FARTHEST = 0.1;

    private static final String STEP = "a step of decoding";

    // Before the logits
    private static final int SUM_BYTES = StepShape.ROWS * Float.BYTES;

    private final CudaKernels kernels;
    private final StepShape shape;
    private final int layers;
    private final WholeNumber rows = new WholeNumber();
    // One is read while the next pass runs.
    private final List<Pass> passes;
    private final List<Launch> launches = new ArrayList<>();
    private final List<Launch> attending = new ArrayList<>();
    private final List<Launch> norming = new ArrayList<>();
    private final Launch embedding;

    private StepKernels(CudaKernels kernels, StepShape shape, DecoderStack stack, TensorScope owner) {
        this.kernels = kernels;
        this.shape = shape;
        ModelDimensions numbers = shape.decoder();
        this.layers = numbers.layers();
        int queries = numbers.heads() * numbers.headDim();
        int projected = queries + 2 * numbers.kvHeads() * numbers.headDim();
        long inputs = StepShape.ROWS * (1L + (long) layers * ENTRY);
        Room room = new Room(stack, owner);
        long inputPlace = room.numbers(Dtype.FLOAT32, inputs * Long.BYTES / Float.BYTES);
        long hidden = room.rows(numbers.hidden());
        long asked = room.rows(projected);
        long mixed = room.rows(queries);
        long gated = room.rows(shape.intermediate());
        long outputPlace = room.numbers(Dtype.FLOAT32, outputBytes(StepShape.ROWS) / Float.BYTES + 1);
        this.passes = Stream.generate(() -> new Pass(
                        kernels.exchange(inputs * Long.BYTES, inputPlace, outputBytes(StepShape.ROWS), outputPlace)))
                .limit(2)
                .toList();
        long partial = room.numbers(Dtype.FLOAT32, shape.partialNumbers());
        long arrived = room.numbers(Dtype.FLOAT32, (long) StepShape.ROWS * shape.headGroups());
        long frequencies = CudaKernels.address(stack.rotary().frequencies());
        float eps = (float) numbers.normEps();
        this.embedding =
                kernels.launch("embed", StepShape.THREADS, 0, false, room.place(stack.table()), inputPlace, hidden);
        launches.add(embedding);
        int most = shape.normedBytes(StepShape.ROWS);
        for (int layer = 0; layer < layers; layer++) {
            LayerPlaces at = new LayerPlaces(stack.layerTensors(layer), room);
            Launch project = kernels.launch(
                    "project",
                    StepShape.THREADS,
                    most,
                    true,
                    hidden,
                    at.one("input_norm"),
                    eps,
                    at.one("q"),
                    at.one("k"),
                    at.one("v"),
                    at.bias("q"),
                    at.bias("k"),
                    at.bias("v"),
                    asked,
                    rows);
            norming.add(project.grid(shape.blocks(projected, shape.outputsAtOnce()), 1, 1));
            Launch attend = kernels.launch(
                    "attend",
                    StepShape.ATTENDING,
                    0,
                    true,
                    inputPlace + entry(layer, 0) * (long) Long.BYTES,
                    asked,
                    frequencies,
                    at.one("q_norm"),
                    at.one("k_norm"),
                    eps,
                    partial,
                    arrived,
                    mixed);
            attending.add(attend);
            Launch open = kernels.launch(
                    "open",
                    StepShape.THREADS,
                    most,
                    true,
                    hidden,
                    at.one("post_norm"),
                    eps,
                    at.one("gate"),
                    at.one("up"),
                    gated,
                    rows);
            norming.add(open.grid(shape.blocks(shape.intermediate(), shape.pairsAtOnce()), 1, 1));
            launches.addAll(List.of(
                    project,
                    attend,
                    adding("add_attended", mixed, at.one("o"), hidden),
                    open,
                    adding("add_down", gated, at.one("down"), hidden)));
        }
        int blocks = shape.blocks(shape.vocabulary(), shape.outputsAtOnce());
        long parts = room.numbers(Dtype.FLOAT32, 2L * blocks * StepShape.ROWS);
        Launch score = kernels.launch(
                "score",
                StepShape.THREADS,
                most,
                true,
                hidden,
                room.place(stack.finalNorm()),
                eps,
                room.place(stack.head().get(0)),
                outputPlace + SUM_BYTES,
                parts,
                rows);
        norming.add(score.grid(blocks, 1, 1));
        WholeNumber parted = new WholeNumber();
        parted.set(blocks);
        launches.add(score);
        launches.add(kernels.launch("sum_up", StepShape.THREADS, 0, true, parts, parted, outputPlace));
    }

    private Launch adding(String kernel, long read, long weights, long hidden) {
        return kernels.launch(kernel, StepShape.THREADS, shape.plainBytes(), true, read, weights, hidden, rows)
                .grid(shape.blocks(shape.decoder().hidden(), shape.outputsAtOnce()), 1, 1)
                .shared(shape.plainBytes());
    }

    /**
     * The kernels for a decoder, after they and the text have decoded the same; null where there are none, and with a warning where they
     * cannot be compiled or give something else.
     *
     * @param owner owns what they write to
     */
    static @Nullable StepKernels prepare(DecoderStack stack, DecoderShape decoder, TensorScope owner) {
        TorchRuntime runtime = stack.runtime();
        if (!runtime.onGpu() || !stack.attendsTogether() || stack.hasRecurrent()) {
            return null;
        }
        long begun = System.nanoTime();
        StepKernels made = null;
        try {
            StepShape shape = StepShape.of(stack.dimensions(), decoder, stack.dtype(), CudaKernels.limits(runtime))
                    .orElse(null);
            if (shape == null || !LayerPlaces.fit(stack)) {
                return null;
            }
            CudaKernels kernels = CudaKernels.compile(runtime, StepKernels.class, "step", shape.facts());
            try {
                made = new StepKernels(kernels, shape, stack, owner);
            } finally {
                if (made == null) {
                    kernels.close();
                }
            }
            double apart = made.apart(stack);
            if (apart <= FARTHEST) {
                LOG.info(
                        "Kernels for decoding are ready after {} ms; their logits are {} of their size from libtorch's",
                        (System.nanoTime() - begun) / 1_000_000,
                        apart);
                return made;
            }
            LOG.warn(
                    "The kernels for decoding are not used: their logits are {} of their size from libtorch's, at most {} is"
                            + " expected; answers are right and come more slowly",
                    apart,
                    FARTHEST);
        } catch (GlimpseException e) {
            LOG.warn(
                    "The kernels for decoding are not used ({}); answers are right and come more slowly",
                    e.getMessage());
        }
        if (made != null) {
            made.close();
        }
        return null;
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
                java.util.Arrays.fill(positions, token);
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
            logits.add(new RowLogits(
                    bits,
                    shape.dtype() == Dtype.FLOAT16 ? RowLogits.Half.FLOAT16 : RowLogits.Half.BFLOAT16,
                    Float.isFinite(sum) ? sum : Double.NaN));
        }
        return logits;
    }

    private long outputBytes(int count) {
        return SUM_BYTES + (long) count * shape.vocabulary() * Short.BYTES;
    }

    private void enter(List<Row> some, LongBuffer entries) {
        rows.set(some.size());
        embedding.grid(some.size(), 1, 1);
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

    /** Tensors that kernels write to. */
    private record Room(DecoderStack stack, TensorScope owner) {

        /** Of all rows of a step, so many numbers each. */
        long rows(int width) {
            return numbers(stack.dtype(), (long) StepShape.ROWS * width);
        }

        long numbers(Dtype dtype, long count) {
            return CudaKernels.address(stack.zeros(count, dtype, owner));
        }

        /** Where a tensor lies that may be larger than a buffer of Java's. */
        long place(NDArray tensor) {
            if (HostValues.bytes(tensor) == 0) {
                return 0;
            }
            try (TensorScope scope = stack.openScope()) {
                return CudaKernels.address(
                        stack.graph().call("piece").with(tensor).with(0).with(1).run(scope));
            }
        }
    }

    /** Where the weights of a layer lie. */
    private record LayerPlaces(List<NDArray> tensors, Room room) {

        /** Whether all weights of a stack are of one type and by themselves, and only those of queries, keys and values have a bias. */
        static boolean fit(DecoderStack stack) {
            List<NDArray> own = new ArrayList<>(
                    List.of(stack.table(), stack.finalNorm(), stack.head().get(0)));
            List<NDArray> biases = new ArrayList<>(List.of(stack.head().get(1)));
            for (int layer = 0; layer < stack.dimensions().layers(); layer++) {
                List<NDArray> tensors = stack.layerTensors(layer);
                for (String name : List.of("input_norm", "q", "k", "v", "o", "post_norm", "gate", "up", "down")) {
                    own.add(tensors.get(DecoderStack.LAYER.place(name)));
                }
                for (String name : List.of("o", "gate", "up", "down")) {
                    biases.add(tensors.get(DecoderStack.LAYER.place(name) + 1));
                }
            }
            return biases.stream().allMatch(bias -> HostValues.bytes(bias) == 0)
                    && own.stream()
                            .allMatch(tensor -> HostValues.bytes(tensor) > 0
                                    && tensor.getDataType() == stack.finalNorm().getDataType());
        }

        long one(String name) {
            return room.place(tensors.get(DecoderStack.LAYER.place(name)));
        }

        long bias(String name) {
            return room.place(tensors.get(DecoderStack.LAYER.place(name) + 1));
        }
    }
}
