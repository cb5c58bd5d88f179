package io.github.glimpse.image.webp;

import java.io.IOException;

/**
 * What a key frame says before its macroblocks: segments, loop filter, quantisers and token probabilities (RFC 6386,
 * section 9). Reading it moves {@link #modes} to the first macroblock.
 */
final class Vp8FrameHeader {

    static final int SEGMENTS = 4;

    private static final int TAG_BYTES = 3;
    private static final int START_BYTES = 10;
    private static final int MOST_INDEX = 127;
    private static final int MOST_CHROMA_INDEX = 117;
    private static final int MOST_LEVEL = 63;
    private static final int ALWAYS = 255;

    /**
     * Loop filter strength of a macroblock.
     *
     * @param level 0 = none
     */
    record Strength(int level, int interiorLimit, int highEdgeVariance) {

        int edgeLimit() {
            return 2 * level + interiorLimit;
        }
    }

    /** Quantiser steps of a segment: each for the mean and for the others. */
    record Steps(int luma, int lumaRest, int means, int meansRest, int chroma, int chromaRest) {}

    final int width;
    final int height;
    final BoolReader modes;
    final BoolReader[] tokenParts;
    final boolean segmentPerBlock;
    final int[] segmentTree = {ALWAYS, ALWAYS, ALWAYS};
    final boolean simpleFilter;

    /** By segment; then 0 for one mode per macroblock, 1 for a mode per block. */
    final Strength[][] strengths = new Strength[SEGMENTS][2];

    final Steps[] steps = new Steps[SEGMENTS];
    final int[] tokens;
    final boolean maySkip;
    final int skipProbability;

    private final boolean segmented;
    private boolean absolute;
    private final int[] segmentIndex = new int[SEGMENTS];
    private final int[] segmentLevel = new int[SEGMENTS];

    Vp8FrameHeader(byte[] data, int start, int length) throws IOException {
        if (length < START_BYTES) {
            throw new IOException("its frame header is cut off");
        }
        int tag = u24(data, start);
        boolean keyFrame = (tag & 1) == 0;
        int partLength = tag >> 5;
        boolean rightCode = u24(data, start + TAG_BYTES) == 0x2A019D;
        width = u16(data, start + 6) & 0x3FFF;
        height = u16(data, start + 8) & 0x3FFF;
        if (!keyFrame || !rightCode || width == 0 || height == 0 || partLength > length - START_BYTES) {
            throw new IOException("its frame header is damaged");
        }
        modes = new BoolReader(data, start + START_BYTES, partLength);
        modes.number(2); // colour space and clamping: WebP has one of each
        segmented = modes.flag();
        segmentPerBlock = segmented && readSegments();
        simpleFilter = modes.flag();
        readFilter();
        int afterModes = start + START_BYTES + partLength;
        tokenParts = readParts(data, afterModes, start + length);
        readSteps();
        modes.flag(); // whether the probabilities are for later frames too: there are none
        tokens = readTokens();
        maySkip = modes.flag();
        skipProbability = maySkip ? modes.number(Byte.SIZE) : 0;
        modes.checkNotExhausted();
    }

    /** Checks, before anything is allocated, that the frame has the size that the limits were checked against. */
    static void checkSize(byte[] data, int start, int length, int width, int height) throws IOException {
        if (length < START_BYTES) {
            throw new IOException("its frame header is cut off");
        }
        int frameWidth = u16(data, start + 6) & 0x3FFF;
        int frameHeight = u16(data, start + 8) & 0x3FFF;
        if (frameWidth != width || frameHeight != height) {
            throw new IOException(
                    "its frame has " + frameWidth + " x " + frameHeight + " pixels, not " + width + " x " + height);
        }
    }

    private static int u16(byte[] data, int at) {
        return (data[at] & 0xFF) | ((data[at + 1] & 0xFF) << 8);
    }

    private static int u24(byte[] data, int at) {
        return u16(data, at) | ((data[at + 2] & 0xFF) << 16);
    }

    /** Returns whether each macroblock names its segment. */
    private boolean readSegments() {
        boolean perBlock = modes.flag();
        if (modes.flag()) {
            absolute = modes.flag();
            for (int segment = 0; segment < SEGMENTS; segment++) {
                segmentIndex[segment] = modes.optionalSigned(7);
            }
            for (int segment = 0; segment < SEGMENTS; segment++) {
                segmentLevel[segment] = modes.optionalSigned(6);
            }
        }
        for (int decision = 0; perBlock && decision < segmentTree.length; decision++) {
            segmentTree[decision] = modes.flag() ? modes.number(Byte.SIZE) : ALWAYS;
        }
        return perBlock;
    }

    private void readFilter() {
        int frameLevel = modes.number(6);
        int sharpness = modes.number(3);
        boolean adjusted = modes.flag();
        int intraAdjustment = 0;
        int blockModeAdjustment = 0;
        if (adjusted && modes.flag()) {
            for (int reference = 0; reference < 4; reference++) {
                int value = modes.optionalSigned(6);
                intraAdjustment = reference == 0 ? value : intraAdjustment;
            }
            for (int mode = 0; mode < 4; mode++) {
                int value = modes.optionalSigned(6);
                blockModeAdjustment = mode == 0 ? value : blockModeAdjustment;
            }
        }
        for (int segment = 0; segment < SEGMENTS; segment++) {
            int level = frameLevel;
            if (segmented) {
                level = segmentLevel[segment] + (absolute ? 0 : frameLevel);
            }
            level += adjusted ? intraAdjustment : 0;
            boolean none = frameLevel == 0; // then the whole frame is left alone, whatever its segments say
            strengths[segment][0] = strength(none ? 0 : level, sharpness);
            strengths[segment][1] = strength(none ? 0 : level + (adjusted ? blockModeAdjustment : 0), sharpness);
        }
    }

    private static Strength strength(int wanted, int sharpness) {
        int level = Math.max(0, Math.min(wanted, MOST_LEVEL));
        int interior = level;
        if (sharpness > 0) {
            interior = Math.min(interior >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
        }
        int variance = level >= 40 ? 2 : level >= 15 ? 1 : 0;
        return new Strength(level, Math.max(1, interior), variance);
    }

    private BoolReader[] readParts(byte[] data, int start, int end) throws IOException {
        int count = 1 << modes.number(2);
        int at = start + 3 * (count - 1);
        if (at >= end) {
            throw new IOException("its pixels are cut off");
        }
        BoolReader[] parts = new BoolReader[count];
        for (int part = 0; part < count; part++) {
            int stated = part == count - 1 ? end - at : u24(data, start + 3 * part);
            int length = Math.min(stated, end - at);
            parts[part] = new BoolReader(data, at, length);
            at += length;
        }
        return parts;
    }

    private void readSteps() {
        int frameIndex = modes.number(7);
        int luma = modes.optionalSigned(4);
        int means = modes.optionalSigned(4);
        int meansRest = modes.optionalSigned(4);
        int chroma = modes.optionalSigned(4);
        int chromaRest = modes.optionalSigned(4);
        for (int segment = 0; segment < SEGMENTS; segment++) {
            int index = frameIndex;
            if (segmented) {
                index = segmentIndex[segment] + (absolute ? 0 : frameIndex);
            }
            steps[segment] = new Steps(
                    Vp8Tables.dcStep(index + luma, MOST_INDEX),
                    Vp8Tables.acStep(index),
                    2 * Vp8Tables.dcStep(index + means, MOST_INDEX),
                    Math.max(8, Vp8Tables.acStep(index + meansRest) * 155 / 100),
                    Vp8Tables.dcStep(index + chroma, MOST_CHROMA_INDEX),
                    Vp8Tables.acStep(index + chromaRest));
        }
    }

    private int[] readTokens() {
        int[] probabilities = Vp8Tables.tokens();
        for (int i = 0; i < probabilities.length; i++) {
            if (modes.bit(Vp8Tables.update(i)) != 0) {
                probabilities[i] = modes.number(Byte.SIZE);
            }
        }
        return probabilities;
    }
}
