package io.github.glimpse.nn;

import io.github.glimpse.engine.CudaKernels;
import io.github.glimpse.engine.Dtype;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What {@link StepKernels} are compiled for: a decoder's numbers, and how its products are shared out.
 *
 * @param decoder the stack's numbers
 * @param intermediate width of the gated MLP
 * @param vocabulary rows of the head
 * @param headNorms whether queries and keys are normed head by head
 * @param dtype what it computes in
 * @param processors blocks of a kernel run on, two on each
 * @param depth chunks of weights that a warp has on their way from memory
 */
record StepShape(
        ModelDimensions decoder,
        int intermediate,
        int vocabulary,
        boolean headNorms,
        Dtype dtype,
        int processors,
        int depth) {

    /** Rows that a step has at most: what a product of the tensor cores is wide. */
    static final int ROWS = 8;

    private static final int WARPS = 8;
    private static final int LANES = 32;
    private static final int TILE = 16;
    private static final int CHUNK = 32;
    private static final int MOST_DEPTH = 9;
    private static final int LEAST_DEPTH = 3;
    private static final int BLOCKS_OF_PROCESSOR = 2;
    // What the system keeps of each block's share.
    private static final int BLOCK_BYTES = 1024;
    // Of weights, and where a row is not normed before, of the input: what the lanes of a warp read at once.
    private static final int SLOT_BYTES = 512;
    private static final int SLOTS_NORMED = 2;
    private static final int SLOTS_PLAIN = 3;
    private static final int KEY_TILE = 64;
    private static final int MOST_SPLITS = 32;
    private static final int MOST_SHARE = 4;

    /** Threads of a block of products. */
    static final int THREADS = LANES * WARPS;

    /** Threads of a block that attends. */
    static final int ATTENDING = 256;

    /** A decoder's, if there are kernels for it on such a GPU. */
    static Optional<StepShape> of(ModelDimensions decoder, DecoderShape shape, Dtype dtype, CudaKernels.Limits limits) {
        int dim = decoder.headDim();
        boolean fits = dtype != Dtype.FLOAT32
                && (dim == 64 || dim == 128)
                && shape.rotaryDim() == dim
                && !shape.gatedAttention()
                && !shape.normsFromOne()
                && decoder.hidden() % CHUNK == 0
                && shape.intermediate() % CHUNK == 0
                && decoder.heads() * dim % CHUNK == 0
                && decoder.heads() % decoder.kvHeads() == 0
                && shape.vocabulary() >= TILE;
        if (!fits) {
            return Optional.empty();
        }
        List<StepShape> some = IntStream.iterate(MOST_DEPTH, depth -> depth >= LEAST_DEPTH, depth -> depth - 1)
                .mapToObj(depth -> new StepShape(
                        decoder,
                        shape.intermediate(),
                        shape.vocabulary(),
                        shape.headNorms(),
                        dtype,
                        limits.processors(),
                        depth))
                .filter(one -> one.blockBytes() <= limits.blockBytes())
                .toList();
        // Two blocks beside each other take turns with memory and sums; as deep as leaves room for both.
        return some.stream()
                .filter(one -> BLOCKS_OF_PROCESSOR * (one.normedBytes(ROWS) + one.ownBytes() + BLOCK_BYTES)
                        <= limits.processorBytes())
                .findFirst()
                .or(() -> some.stream().findFirst());
    }

    private int blockBytes() {
        return Math.max(normedBytes(ROWS), plainBytes()) + ownBytes();
    }

    /** What the text {@code step.cu} is compiled for. */
    Map<String, Integer> facts() {
        Map<String, Integer> facts = new LinkedHashMap<>();
        facts.put("HIDDEN", decoder.hidden());
        facts.put("HEADS", decoder.heads());
        facts.put("KV_HEADS", decoder.kvHeads());
        facts.put("HEAD_DIM", decoder.headDim());
        facts.put("INNER", intermediate);
        facts.put("VOCAB", vocabulary);
        facts.put("HEAD_NORMS", headNorms ? 1 : 0);
        facts.put("FLOAT16", dtype == Dtype.FLOAT16 ? 1 : 0);
        facts.put("ROWS", ROWS);
        facts.put("WARPS", WARPS);
        facts.put("TILE", TILE);
        facts.put("CHUNK", CHUNK);
        facts.put("DEPTH", depth);
        facts.put("ATTENDING", ATTENDING);
        facts.put("KEY_TILE", KEY_TILE);
        facts.put("MOST_SPLITS", MOST_SPLITS);
        facts.put("SHARE", share());
        return facts;
    }

    /** Numbers of a row's queries, keys and values. */
    int projected() {
        return (decoder.heads() + 2 * decoder.kvHeads()) * decoder.headDim();
    }

    /** Blocks for a product of so many outputs, of which a block takes so many at once. */
    int blocks(int outputs, int atOnce) {
        return Math.min(BLOCKS_OF_PROCESSOR * processors, pieces(outputs, atOnce));
    }

    /** Outputs of a product that a block takes at once. */
    int outputsAtOnce() {
        return TILE;
    }

    /** Outputs that a block takes at once where each is of two products. */
    int pairsAtOnce() {
        return TILE / 2;
    }

    /** What a block shares for a product whose input it norms. */
    int normedBytes(int rows) {
        return WARPS * depth * SLOTS_NORMED * SLOT_BYTES + rows * (decoder.hidden() + CHUNK) * Short.BYTES;
    }

    /** What a block shares for any other product. */
    int plainBytes() {
        return WARPS * depth * SLOTS_PLAIN * SLOT_BYTES;
    }

    /** What the kernel of a product shares by itself: sums of two pieces, and of squares. */
    private int ownBytes() {
        return (2 * WARPS * ROWS * TILE + WARPS * ROWS) * Float.BYTES;
    }

    /** Heads that read the same keys in one block. */
    private int share() {
        return Math.min(MOST_SHARE, decoder.heads() / decoder.kvHeads());
    }

    /** Groups of heads, one for a block. */
    int headGroups() {
        return decoder.kvHeads() * pieces(decoder.heads() / decoder.kvHeads(), share());
    }

    /** Blocks among which a row's keys are split, as the text splits them. */
    static int splits(int keys) {
        int tiles = pieces(keys, KEY_TILE);
        return pieces(tiles, pieces(tiles, MOST_SPLITS));
    }

    private static int pieces(int whole, int piece) {
        return (whole + piece - 1) / piece;
    }

    /** Numbers of what blocks that share a row's keys hand to the one that adds up. */
    int partialNumbers() {
        return ROWS * headGroups() * MOST_SPLITS * share() * (decoder.headDim() + 2);
    }
}
