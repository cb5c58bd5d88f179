package io.github.glimpse.examples.tiny.drawing;

import java.util.Arrays;

/** The pixels of a page: fills, writing and, at the end, blur and noise. Colours are 0xRRGGBB. */
final class Canvas {

    private static final int SUBLINES = 4;

    private final int width;
    private final int height;
    private final int[] pixels;
    private final float[] coverage;

    Canvas(PageSize size) {
        this(size.width(), size.height());
    }

    Canvas(int width, int height) {
        this.width = width;
        this.height = height;
        pixels = new int[width * height];
        coverage = new float[width + 1];
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    int pixel(int x, int y) {
        return pixels[y * width + x];
    }

    /** Fills the page with a colour that grows lighter or darker by some steps to the right and downwards. */
    void paper(int colour, double stepsRight, double stepsDown) {
        for (int y = 0; y < height; y++) {
            double down = stepsDown * ((double) y / height - 0.5);
            for (int x = 0; x < width; x++) {
                int step = (int) Math.rint(down + stepsRight * ((double) x / width - 0.5));
                pixels[y * width + x] = Colours.shift(colour, step);
            }
        }
    }

    void fill(Polygon area, int colour) {
        Box box = area.box();
        double[] crossings = new double[area.x().length];
        for (int y = Math.max(0, box.top()); y < Math.min(height, box.bottom()); y++) {
            Arrays.fill(coverage, 0);
            for (int line = 0; line < SUBLINES; line++) {
                int count = crossings(area, y + (line + 0.5) / SUBLINES, crossings);
                for (int i = 0; i + 1 < count; i += 2) {
                    cover(crossings[i], crossings[i + 1]);
                }
            }
            for (int x = Math.max(0, box.left()); x < Math.min(width, box.right()); x++) {
                blend(x, y, colour, Math.min(256, Math.round(coverage[x] * 256 / SUBLINES)));
            }
        }
    }

    private static int crossings(Polygon area, double at, double[] crossings) {
        double[] xs = area.x();
        double[] ys = area.y();
        int count = 0;
        for (int i = 0, j = xs.length - 1; i < xs.length; j = i++) {
            if ((ys[i] > at) != (ys[j] > at)) {
                crossings[count++] = (xs[j] - xs[i]) * (at - ys[i]) / (ys[j] - ys[i]) + xs[i];
            }
        }
        Arrays.sort(crossings, 0, count);
        return count;
    }

    private void cover(double from, double to) {
        double start = Math.max(0, from);
        double end = Math.min(width, to);
        for (int x = (int) start; x < end; x++) {
            coverage[x] += (float) (Math.min(end, x + 1.0) - Math.max(start, x));
        }
    }

    /** Blends the ink of a glyph, its left upper pixel at a place; the ink is weakened to some 256ths. */
    void stamp(Glyph glyph, int left, int top, int colour, int strength) {
        for (int row = 0; row < glyph.height(); row++) {
            int y = top + row;
            if (y < 0 || y >= height) {
                continue;
            }
            for (int column = 0; column < glyph.width(); column++) {
                int x = left + column;
                int ink = glyph.ink()[row * glyph.width() + column] & 0xFF;
                if (ink > 0 && x >= 0 && x < width) {
                    blend(x, y, colour, ((ink + 1) * strength) >> 8);
                }
            }
        }
    }

    private void blend(int x, int y, int colour, int share) {
        if (share > 0) {
            int at = y * width + x;
            pixels[at] = Colours.mix(pixels[at], colour, share);
        }
    }

    /** Makes each pixel the mean of itself and its neighbours; the rim stays. */
    void blur() {
        int[] before = pixels.clone();
        for (int y = 1; y < height - 1; y++) {
            for (int x = 1; x < width - 1; x++) {
                int at = y * width + x;
                long sum = 4 * spread(before[at])
                        + 2 * (spread(before[at - 1]) + spread(before[at + 1]))
                        + 2 * (spread(before[at - width]) + spread(before[at + width]))
                        + spread(before[at - width - 1])
                        + spread(before[at - width + 1])
                        + spread(before[at + width - 1])
                        + spread(before[at + width + 1]);
                pixels[at] = (int) (((sum >> 4) & 0xFF) | ((sum >> 16) & 0xFF00) | ((sum >> 28) & 0xFF0000));
            }
        }
    }

    // The three channels in one number, 20 bits apart, so that they are added at once.
    private static long spread(int colour) {
        return (colour & 0xFF) | ((colour & 0xFF00L) << 12) | ((colour & 0xFF0000L) << 24);
    }

    /** The bytes of the picture, with noise of up to some steps on each channel. */
    byte[] bytes(Dice dice, int noise) {
        byte[] rgb = new byte[3 * pixels.length];
        int range = 2 * noise + 1;
        for (int i = 0; i < pixels.length; i++) {
            int colour = pixels[i];
            long chance = noise == 0 ? 0 : dice.next();
            for (int channel = 0; channel < 3; channel++) {
                int value = (colour >> (16 - 8 * channel)) & 0xFF;
                int step = noise == 0 ? 0 : (int) ((((chance >>> (16 * channel)) & 0xFFFF) * range) >>> 16) - noise;
                rgb[3 * i + channel] = (byte) Math.max(0, Math.min(255, value + step));
            }
        }
        return rgb;
    }
}
