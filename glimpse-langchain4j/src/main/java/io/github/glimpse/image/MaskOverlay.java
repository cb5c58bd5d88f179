package io.github.glimpse.image;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * Draws on the original picture what became of its image tokens, as PNG files.
 *
 * <p>What the model never saw, because it lies outside of the grid, is darkest in both pictures. Safe for concurrent
 * use.
 */
public final class MaskOverlay {

    private static final int CHANNELS = RasterImage.CHANNELS;

    /** Dropped patches: grey of two fifths of the brightness, so that shapes can still be made out. */
    private static final double DROPPED_LIGHT = 0.4;

    private static final double UNSEEN_LIGHT = 0.15;

    /** Bright green, rare in photographs. */
    private static final int[] OUTLINE = {0, 230, 118};

    /** The outline is one pixel for each so many of the shorter side. */
    private static final int PIXELS_PER_OUTLINE = 400;

    /** Share of the scale's colour in a score map; the rest is the picture in grey. */
    private static final double SCORE_SHARE = 0.6;

    /** Dark blue, purple, red, orange, light yellow: even steps of brightness, also for the colour-blind. */
    private static final int[][] SCALE = {{0, 0, 60}, {106, 23, 110}, {188, 55, 84}, {249, 142, 9}, {252, 255, 164}};

    private final RasterImage original;
    private final PatchPlan plan;
    private final byte[] result;

    /** Token column over each pixel column, and row over each pixel row; -1 where there is none. */
    private final int[] columns;

    private final int[] rows;

    private MaskOverlay(RasterImage original, PatchPlan plan) {
        this.original = original;
        this.plan = plan;
        result = new byte[original.rgb().length];
        columns = new int[original.width()];
        rows = new int[original.height()];
        Arrays.setAll(columns, plan::columnOver);
        Arrays.setAll(rows, plan::rowOver);
    }

    /**
     * Draws the kept tokens in full colour with a thin outline around each group of them, and the dropped ones in dark
     * grey.
     *
     * @param original the picture before any resize
     * @param plan how it was cut
     * @param keptTokens indices of the tokens that stay, 0 to tokenCount - 1, in any order
     * @return a PNG file of the size of the original
     * @throws IllegalArgumentException if an index is out of range
     */
    public static byte[] png(RasterImage original, PatchPlan plan, int[] keptTokens) {
        return PngEncoder.encode(draw(original, plan, keptTokens));
    }

    /** The picture of {@link #png}, to draw on. */
    static RasterImage draw(RasterImage original, PatchPlan plan, int[] keptTokens) {
        BitSet kept = new BitSet(plan.grid().tokenCount());
        for (int token : keptTokens) {
            if (token < 0 || token >= plan.grid().tokenCount()) {
                throw new IllegalArgumentException(
                        "There is no token " + token + " among " + plan.grid().tokenCount());
            }
            kept.set(token);
        }
        MaskOverlay overlay = new MaskOverlay(original, plan);
        overlay.drawMask(kept);
        overlay.drawOutlines(kept);
        return overlay.picture();
    }

    /**
     * Colours each token by its score: dark blue for the lowest, light yellow for the highest, over the picture in
     * grey. Only the order and the relative distance of scores count. If all are equal, all have the middle colour.
     *
     * @param original the picture before any resize
     * @param plan how it was cut
     * @param scores one finite number per token
     * @return a PNG file of the size of the original
     * @throws IllegalArgumentException if there are more or fewer scores than tokens, or one is not finite
     */
    public static byte[] scoreMap(RasterImage original, PatchPlan plan, float[] scores) {
        return scoreMap(
                original, plan, scores, IntStream.range(0, scores.length).toArray());
    }

    /**
     * Like {@link #scoreMap(RasterImage, PatchPlan, float[])} where some tokens have no score, because they were dropped
     * before: those are dark grey, as in {@link #png}.
     *
     * @param scored indices of the tokens that have a score, each a finite number
     * @throws IllegalArgumentException if there are more or fewer scores than tokens, or one of those is not finite
     */
    public static byte[] scoreMap(RasterImage original, PatchPlan plan, float[] scores, int[] scored) {
        if (scores.length != plan.grid().tokenCount()) {
            throw new IllegalArgumentException(
                    scores.length + " scores do not fit " + plan.grid().tokenCount() + " tokens");
        }
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        BitSet coloured = new BitSet(scores.length);
        for (int token : scored) {
            coloured.set(token);
            if (!Float.isFinite(scores[token])) {
                throw new IllegalArgumentException("The score of token " + token + " is " + scores[token]);
            }
            least = Math.min(least, scores[token]);
            most = Math.max(most, scores[token]);
        }
        MaskOverlay overlay = new MaskOverlay(original, plan);
        overlay.drawScores(scores, coloured, least, most - least);
        return PngEncoder.encode(overlay.picture());
    }

    private void drawMask(BitSet kept) {
        for (int y = 0; y < rows.length; y++) {
            for (int x = 0; x < columns.length; x++) {
                int at = at(x, y);
                if (isKept(kept, x, y)) {
                    System.arraycopy(original.rgb(), at, result, at, CHANNELS);
                } else {
                    fill(at, (int) (grey(at) * (isSeen(x, y) ? DROPPED_LIGHT : UNSEEN_LIGHT)));
                }
            }
        }
    }

    /** Marks the pixels of kept tokens that have one of another kind, or the end of the picture, within the outline. */
    private void drawOutlines(BitSet kept) {
        int reach = Math.max(1, Math.min(original.width(), original.height()) / PIXELS_PER_OUTLINE);
        for (int y = 0; y < rows.length; y++) {
            for (int x = 0; x < columns.length; x++) {
                boolean inside = isKept(kept, x - reach, y)
                        && isKept(kept, x + reach, y)
                        && isKept(kept, x, y - reach)
                        && isKept(kept, x, y + reach);
                if (!inside && isKept(kept, x, y)) {
                    for (int channel = 0; channel < CHANNELS; channel++) {
                        result[at(x, y) + channel] = (byte) OUTLINE[channel];
                    }
                }
            }
        }
    }

    private void drawScores(float[] scores, BitSet coloured, double least, double range) {
        for (int y = 0; y < rows.length; y++) {
            for (int x = 0; x < columns.length; x++) {
                int at = at(x, y);
                if (!isSeen(x, y) || !coloured.get(token(x, y))) {
                    fill(at, (int) (grey(at) * (isSeen(x, y) ? DROPPED_LIGHT : UNSEEN_LIGHT)));
                    continue;
                }
                double height = range > 0 ? (scores[token(x, y)] - least) / range : 0.5;
                double place = height * (SCALE.length - 1);
                int step = Math.min((int) place, SCALE.length - 2);
                for (int channel = 0; channel < CHANNELS; channel++) {
                    double color =
                            SCALE[step][channel] + (place - step) * (SCALE[step + 1][channel] - SCALE[step][channel]);
                    result[at + channel] = (byte) Math.round(SCORE_SHARE * color + (1 - SCORE_SHARE) * grey(at));
                }
            }
        }
    }

    private int at(int x, int y) {
        return CHANNELS * (y * original.width() + x);
    }

    private boolean isSeen(int x, int y) {
        return columns[x] >= 0 && rows[y] >= 0;
    }

    private int token(int x, int y) {
        return rows[y] * plan.grid().columns() + columns[x];
    }

    private boolean isKept(BitSet kept, int x, int y) {
        boolean onPicture = x >= 0 && y >= 0 && x < columns.length && y < rows.length;
        return onPicture && isSeen(x, y) && kept.get(token(x, y));
    }

    /** Brightness of the original as television weighs it. */
    private int grey(int at) {
        byte[] rgb = original.rgb();
        return (299 * (rgb[at] & 0xFF) + 587 * (rgb[at + 1] & 0xFF) + 114 * (rgb[at + 2] & 0xFF)) / 1000;
    }

    private void fill(int at, int grey) {
        Arrays.fill(result, at, at + CHANNELS, (byte) grey);
    }

    private RasterImage picture() {
        return new RasterImage(original.width(), original.height(), result);
    }
}
