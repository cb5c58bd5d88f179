package io.github.glimpse.image.webp;

import java.io.IOException;
import java.util.Arrays;

/**
 * Decodes one key frame of VP8 to red, green and blue.
 *
 * <p>The frame is rebuilt completely before the loop filter runs, because prediction sees unfiltered pixels; the usual
 * way of filtering some rows behind gives the same. Memory: 1.5 bytes per pixel besides the result. Not safe for
 * concurrent use.
 */
public final class Vp8Decoder {

    private static final int SIDE = 16;
    private static final int CHROMA_SIDE = 8;
    private static final int BLOCK = 4;
    private static final int COEFFICIENTS = 16;
    private static final int LUMA_BLOCKS = 16;
    private static final int CHROMA_BLOCKS = 4;

    /** A macroblock has a mode for each of its 16 blocks, instead of one for all. */
    private static final int PER_BLOCK = -1;

    /** Flags of a macroblock for its neighbours: 4 of luma, 2 of each chroma, 1 of the means. */
    private static final int FLAGS = 9;

    private static final int FIRST_BLUE = 4;
    private static final int FIRST_RED = 6;
    private static final int MEANS_FLAG = 8;

    private final Vp8FrameHeader header;
    private final int columns;
    private final int rows;
    private final Plane luma;
    private final Plane blue;
    private final Plane red;
    private final Coefficients reader;
    private final Prediction prediction = new Prediction();
    private final InverseTransform transform = new InverseTransform();

    /** Of the macroblock at work: 16 blocks of luma, 4 of each chroma. */
    private final short[] coefficients = new short[(LUMA_BLOCKS + 2 * CHROMA_BLOCKS) * COEFFICIENTS];

    private final short[] means = new short[COEFFICIENTS];
    private final int[] blockModes = new int[LUMA_BLOCKS];
    private final int[] modesAbove;
    private final int[] modesLeft = new int[BLOCK];

    /** Whether the blocks above had coefficients, {@code [columns, FLAGS]}. */
    private final boolean[] filledAbove;

    private final boolean[] filledLeft = new boolean[FLAGS];

    /** Per macroblock: segment, whether modes are per block, whether its inner edges are filtered. */
    private final byte[] filterKind;

    private Vp8Decoder(byte[] data, int start, int length) throws IOException {
        header = new Vp8FrameHeader(data, start, length);
        columns = (header.width + SIDE - 1) / SIDE;
        rows = (header.height + SIDE - 1) / SIDE;
        luma = Plane.of(columns * SIDE, rows * SIDE);
        blue = Plane.of(columns * CHROMA_SIDE, rows * CHROMA_SIDE);
        red = Plane.of(columns * CHROMA_SIDE, rows * CHROMA_SIDE);
        reader = new Coefficients(header.tokens);
        modesAbove = new int[columns * BLOCK];
        filledAbove = new boolean[columns * FLAGS];
        filterKind = new byte[columns * rows];
    }

    /**
     * Decodes the frame in {@code data}.
     *
     * @param data a file; the frame is its {@code length} bytes from {@code start} on
     * @param width what the container says, checked against the frame
     * @param height what the container says, checked against the frame
     * @param check run now and then
     * @return {@code [height, width, 3]}, owned by the caller
     * @throws IOException if the frame is damaged, cut off or of another size
     */
    public static byte[] decode(byte[] data, int start, int length, int width, int height, Runnable check)
            throws IOException {
        Vp8FrameHeader.checkSize(data, start, length, width, height);
        Vp8Decoder decoder = new Vp8Decoder(data, start, length);
        decoder.rebuild(check);
        check.run();
        decoder.filter();
        check.run();
        return ChromaUpsampler.of(decoder.luma, decoder.blue, decoder.red, width, height);
    }

    private void rebuild(Runnable check) throws IOException {
        for (int row = 0; row < rows; row++) {
            check.run();
            BoolReader tokens = header.tokenParts[row & (header.tokenParts.length - 1)];
            Arrays.fill(modesLeft, Prediction.DC);
            Arrays.fill(filledLeft, false);
            for (int column = 0; column < columns; column++) {
                macroblock(column, row, tokens);
            }
            header.modes.checkNotExhausted();
            tokens.checkNotExhausted();
        }
    }

    private void macroblock(int column, int row, BoolReader tokens) {
        BoolReader bits = header.modes;
        int segment = header.segmentPerBlock ? readSegment(bits) : 0;
        boolean skipped = header.maySkip && bits.bit(header.skipProbability) != 0;
        int mode = readLumaMode(bits, column);
        int chromaMode = readChromaMode(bits);
        boolean filled = false;
        if (skipped) {
            forget(column, mode);
        } else {
            filled = readCoefficients(tokens, column, mode, header.steps[segment]);
        }
        boolean perBlock = mode == PER_BLOCK;
        filterKind[row * columns + column] = (byte) (segment | (perBlock ? 4 : 0) | (perBlock || filled ? 8 : 0));
        predict(column, row, mode, chromaMode);
    }

    private int readSegment(BoolReader bits) {
        int high = bits.bit(header.segmentTree[0]);
        return 2 * high + bits.bit(header.segmentTree[1 + high]);
    }

    private int readLumaMode(BoolReader bits, int column) {
        if (bits.bit(145) == 0) {
            for (int y = 0; y < BLOCK; y++) {
                for (int x = 0; x < BLOCK; x++) {
                    int mode = readBlockMode(bits, modesAbove[column * BLOCK + x], modesLeft[y]);
                    blockModes[y * BLOCK + x] = mode;
                    modesAbove[column * BLOCK + x] = mode;
                    modesLeft[y] = mode;
                }
            }
            return PER_BLOCK;
        }
        int mode;
        if (bits.bit(156) == 0) {
            mode = bits.bit(163) == 0 ? Prediction.DC : Prediction.VERTICAL;
        } else {
            mode = bits.bit(128) == 0 ? Prediction.HORIZONTAL : Prediction.TRUE_MOTION;
        }
        Arrays.fill(modesAbove, column * BLOCK, (column + 1) * BLOCK, mode);
        Arrays.fill(modesLeft, mode);
        return mode;
    }

    private static int readBlockMode(BoolReader bits, int above, int left) {
        if (decide(bits, above, left, 0) == 0) {
            return Prediction.DC;
        }
        if (decide(bits, above, left, 1) == 0) {
            return Prediction.TRUE_MOTION;
        }
        if (decide(bits, above, left, 2) == 0) {
            return Prediction.VERTICAL;
        }
        if (decide(bits, above, left, 3) == 0) {
            if (decide(bits, above, left, 4) == 0) {
                return Prediction.HORIZONTAL;
            }
            return decide(bits, above, left, 5) == 0 ? Prediction.RIGHT_DOWN : Prediction.VERTICAL_RIGHT;
        }
        if (decide(bits, above, left, 6) == 0) {
            return Prediction.LEFT_DOWN;
        }
        if (decide(bits, above, left, 7) == 0) {
            return Prediction.VERTICAL_LEFT;
        }
        return decide(bits, above, left, 8) == 0 ? Prediction.HORIZONTAL_DOWN : Prediction.HORIZONTAL_UP;
    }

    private static int decide(BoolReader bits, int above, int left, int decision) {
        return bits.bit(Vp8Tables.blockMode(above, left, decision));
    }

    private static int readChromaMode(BoolReader bits) {
        if (bits.bit(142) == 0) {
            return Prediction.DC;
        }
        if (bits.bit(114) == 0) {
            return Prediction.VERTICAL;
        }
        return bits.bit(183) == 0 ? Prediction.HORIZONTAL : Prediction.TRUE_MOTION;
    }

    /**
     * A skipped macroblock has no coefficients; what its neighbours know of the means stays if it has none of its own.
     */
    private void forget(int column, int mode) {
        int flags = mode == PER_BLOCK ? MEANS_FLAG : FLAGS;
        Arrays.fill(filledAbove, column * FLAGS, column * FLAGS + flags, false);
        Arrays.fill(filledLeft, 0, flags, false);
    }

    /** Returns whether there was any coefficient. */
    private boolean readCoefficients(BoolReader tokens, int column, int mode, Vp8FrameHeader.Steps steps) {
        int above = column * FLAGS;
        boolean any = false;
        int kind = Coefficients.LUMA;
        int first = 0;
        if (mode != PER_BLOCK) {
            int context = count(filledAbove[above + MEANS_FLAG], filledLeft[MEANS_FLAG]);
            int end = reader.read(tokens, Coefficients.MEANS, context, 0, steps.means(), steps.meansRest(), means, 0);
            filledAbove[above + MEANS_FLAG] = end > 0;
            filledLeft[MEANS_FLAG] = end > 0;
            transform.means(means, coefficients);
            Arrays.fill(means, (short) 0);
            kind = Coefficients.LUMA_WITHOUT_MEAN;
            first = 1;
            any = anyMean();
        }
        any |= readPlane(tokens, kind, first, steps.luma(), steps.lumaRest(), above, 0, BLOCK, 0);
        int blueStart = LUMA_BLOCKS * COEFFICIENTS;
        int redStart = blueStart + CHROMA_BLOCKS * COEFFICIENTS;
        int chroma = Coefficients.CHROMA;
        any |= readPlane(tokens, chroma, 0, steps.chroma(), steps.chromaRest(), above, FIRST_BLUE, 2, blueStart);
        any |= readPlane(tokens, chroma, 0, steps.chroma(), steps.chromaRest(), above, FIRST_RED, 2, redStart);
        return any;
    }

    private boolean anyMean() {
        for (int block = 0; block < LUMA_BLOCKS; block++) {
            if (coefficients[block * COEFFICIENTS] != 0) {
                return true;
            }
        }
        return false;
    }

    private boolean readPlane(
            BoolReader tokens, int kind, int first, int step, int restStep, int above, int flag, int side, int start) {
        boolean any = false;
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                int context = count(filledAbove[above + flag + x], filledLeft[flag + y]);
                int to = start + (y * side + x) * COEFFICIENTS;
                int end = reader.read(tokens, kind, context, first, step, restStep, coefficients, to);
                boolean filled = end > first;
                filledAbove[above + flag + x] = filled;
                filledLeft[flag + y] = filled;
                any |= filled;
            }
        }
        return any;
    }

    private static int count(boolean first, boolean second) {
        return (first ? 1 : 0) + (second ? 1 : 0);
    }

    private void predict(int column, int row, int mode, int chromaMode) {
        int at = luma.at(column * SIDE, row * SIDE);
        if (mode == PER_BLOCK) {
            int aboveRight = at - luma.stride() + SIDE;
            // Over the last column there is nothing at the right: the last pixel above stands for it
            int lastAbove = row > 0 && column == columns - 1 ? aboveRight - 1 : -1;
            for (int block = 0; block < LUMA_BLOCKS; block++) {
                int place = at + block / BLOCK * BLOCK * luma.stride() + block % BLOCK * BLOCK;
                boolean atRight = block % BLOCK == BLOCK - 1;
                int next = atRight ? aboveRight : place - luma.stride() + BLOCK;
                prediction.block(luma, place, blockModes[block], next, atRight ? lastAbove : -1);
                transform.add(coefficients, block * COEFFICIENTS, luma, place);
            }
        } else {
            Prediction.square(luma, at, SIDE, mode, row > 0, column > 0);
            addAll(luma, at, BLOCK, 0);
        }
        int chromaAt = blue.at(column * CHROMA_SIDE, row * CHROMA_SIDE);
        Prediction.square(blue, chromaAt, CHROMA_SIDE, chromaMode, row > 0, column > 0);
        addAll(blue, chromaAt, 2, LUMA_BLOCKS);
        Prediction.square(red, chromaAt, CHROMA_SIDE, chromaMode, row > 0, column > 0);
        addAll(red, chromaAt, 2, LUMA_BLOCKS + CHROMA_BLOCKS);
    }

    private void addAll(Plane plane, int at, int side, int firstBlock) {
        for (int block = 0; block < side * side; block++) {
            int place = at + block / side * BLOCK * plane.stride() + block % side * BLOCK;
            transform.add(coefficients, (firstBlock + block) * COEFFICIENTS, plane, place);
        }
    }

    private void filter() {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                int kind = filterKind[row * columns + column];
                Vp8FrameHeader.Strength strength = header.strengths[kind & 3][kind >> 2 & 1];
                boolean inner = (kind & 8) != 0;
                if (strength.level() == 0) {
                    continue;
                }
                if (header.simpleFilter) {
                    LoopFilter.simple(luma, column, row, strength, inner);
                } else {
                    LoopFilter.normal(luma, SIDE, column, row, strength, inner);
                    LoopFilter.normal(blue, CHROMA_SIDE, column, row, strength, inner);
                    LoopFilter.normal(red, CHROMA_SIDE, column, row, strength, inner);
                }
            }
        }
    }
}
