package io.github.glimpse.image.webp;

/**
 * Smooths the edges of blocks once the whole frame is there (RFC 6386, section 15). Works in place, macroblock by
 * macroblock in raster order, since each sees what the one before has done.
 */
final class LoopFilter {

    private static final int SIDE = 16;
    private static final int BLOCK = 4;

    private LoopFilter() {}

    /** The weak filter, on luma alone. */
    static void simple(Plane luma, int column, int row, Vp8FrameHeader.Strength strength, boolean inner) {
        int at = luma.at(column * SIDE, row * SIDE);
        int limit = strength.edgeLimit();
        int stride = luma.stride();
        if (column > 0) {
            simpleEdge(luma, at, 1, stride, limit + 4);
        }
        for (int x = BLOCK; inner && x < SIDE; x += BLOCK) {
            simpleEdge(luma, at + x, 1, stride, limit);
        }
        if (row > 0) {
            simpleEdge(luma, at, stride, 1, limit + 4);
        }
        for (int y = BLOCK; inner && y < SIDE; y += BLOCK) {
            simpleEdge(luma, at + y * stride, stride, 1, limit);
        }
    }

    /** The normal filter, on one plane; {@code side} is 16 for luma and 8 for chroma. */
    static void normal(Plane plane, int side, int column, int row, Vp8FrameHeader.Strength strength, boolean inner) {
        int at = plane.at(column * side, row * side);
        int stride = plane.stride();
        if (column > 0) {
            blockEdge(plane, at, 1, stride, side, strength);
        }
        for (int x = BLOCK; inner && x < side; x += BLOCK) {
            innerEdge(plane, at + x, 1, stride, side, strength);
        }
        if (row > 0) {
            blockEdge(plane, at, stride, 1, side, strength);
        }
        for (int y = BLOCK; inner && y < side; y += BLOCK) {
            innerEdge(plane, at + y * stride, stride, 1, side, strength);
        }
    }

    private static void simpleEdge(Plane plane, int start, int across, int along, int limit) {
        for (int i = 0, at = start; i < SIDE; i++, at += along) {
            if (isNear(plane, at, across, limit)) {
                twoPixels(plane, at, across);
            }
        }
    }

    private static void blockEdge(
            Plane plane, int start, int across, int along, int side, Vp8FrameHeader.Strength strength) {
        for (int i = 0, at = start; i < side; i++, at += along) {
            if (isSmooth(plane, at, across, strength.edgeLimit() + 4, strength.interiorLimit())) {
                if (varies(plane, at, across, strength.highEdgeVariance())) {
                    twoPixels(plane, at, across);
                } else {
                    sixPixels(plane, at, across);
                }
            }
        }
    }

    private static void innerEdge(
            Plane plane, int start, int across, int along, int side, Vp8FrameHeader.Strength strength) {
        for (int i = 0, at = start; i < side; i++, at += along) {
            if (isSmooth(plane, at, across, strength.edgeLimit(), strength.interiorLimit())) {
                if (varies(plane, at, across, strength.highEdgeVariance())) {
                    twoPixels(plane, at, across);
                } else {
                    fourPixels(plane, at, across);
                }
            }
        }
    }

    private static int gap(Plane plane, int first, int second) {
        return Math.abs(plane.value(first) - plane.value(second));
    }

    private static boolean isNear(Plane plane, int at, int across, int limit) {
        return 4 * gap(plane, at - across, at) + gap(plane, at - 2 * across, at + across) <= 2 * limit + 1;
    }

    private static boolean isSmooth(Plane plane, int at, int across, int limit, int interior) {
        return isNear(plane, at, across, limit)
                && gap(plane, at - 4 * across, at - 3 * across) <= interior
                && gap(plane, at - 3 * across, at - 2 * across) <= interior
                && gap(plane, at - 2 * across, at - across) <= interior
                && gap(plane, at + 3 * across, at + 2 * across) <= interior
                && gap(plane, at + 2 * across, at + across) <= interior
                && gap(plane, at + across, at) <= interior;
    }

    private static boolean varies(Plane plane, int at, int across, int threshold) {
        return gap(plane, at - 2 * across, at - across) > threshold || gap(plane, at + across, at) > threshold;
    }

    private static int signedByte(int value) {
        return Math.max(-128, Math.min(value, 127));
    }

    private static int fiveBits(int value) {
        return Math.max(-16, Math.min(value, 15));
    }

    private static int step(Plane plane, int at, int across) {
        return 3 * (plane.value(at) - plane.value(at - across));
    }

    private static int outerStep(Plane plane, int at, int across) {
        return signedByte(plane.value(at - 2 * across) - plane.value(at + across));
    }

    private static void move(Plane plane, int at, int amount) {
        plane.set(at, plane.value(at) + amount);
    }

    private static void twoPixels(Plane plane, int at, int across) {
        int step = step(plane, at, across) + outerStep(plane, at, across);
        int after = fiveBits((step + 4) >> 3);
        int before = fiveBits((step + 3) >> 3);
        move(plane, at - across, before);
        move(plane, at, -after);
    }

    private static void fourPixels(Plane plane, int at, int across) {
        int step = step(plane, at, across);
        int after = fiveBits((step + 4) >> 3);
        int before = fiveBits((step + 3) >> 3);
        int outer = (after + 1) >> 1;
        move(plane, at - 2 * across, outer);
        move(plane, at - across, before);
        move(plane, at, -after);
        move(plane, at + across, -outer);
    }

    private static void sixPixels(Plane plane, int at, int across) {
        int step = signedByte(step(plane, at, across) + outerStep(plane, at, across));
        int near = (27 * step + 63) >> 7;
        int middle = (18 * step + 63) >> 7;
        int far = (9 * step + 63) >> 7;
        move(plane, at - 3 * across, far);
        move(plane, at - 2 * across, middle);
        move(plane, at - across, near);
        move(plane, at, -near);
        move(plane, at + across, -middle);
        move(plane, at + 2 * across, -far);
    }
}
