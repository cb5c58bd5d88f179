package io.github.glimpse.prune.diversity;

import java.util.Arrays;

/**
 * PixelPrune's choice: a block of pixels that is what its neighbours let expect is dropped. What is compared is not the
 * neighbour itself but what a reader who has only the kept blocks would see there, so errors do not add up.
 *
 * @see <a href="https://arxiv.org/abs/2604.00886">PixelPrune, section on the method</a>
 */
final class PixelPrediction {

    /** How a block is predicted. */
    enum Scan {
        /** From the left or from above, whichever the block above left speaks against. */
        PRED_2D,
        /** From the block before in reading order, across the ends of rows. */
        RASTER,
        /** The same with every second row read from right to left. */
        SERPENTINE
    }

    /** How far two blocks lie apart. */
    enum Distance {
        /** The largest difference of two values. */
        MAX,
        /** The mean difference. */
        MAE,
        /** The root of the mean squared difference. */
        RMS
    }

    private final float[] values;
    private final int width;
    private final Distance distance;
    private final double threshold;
    // For each block the kept one whose pixels stand there.
    private final int[] shown;
    // For each block how far its prediction was off; 1, the most there is, for the first.
    private final float[] surprise;
    private final int[] kept;

    private PixelPrediction(float[] values, int blocks, int columns, Scan scan, Distance distance, double threshold) {
        this.values = values;
        this.width = values.length / blocks;
        this.distance = distance;
        this.threshold = threshold;
        this.shown = new int[blocks];
        this.surprise = new float[blocks];
        this.kept = walk(columns, scan);
    }

    /**
     * Chooses.
     *
     * @param values {@code [blocks, values]}, row by row of the grid, in 0..1
     * @param columns blocks of a row
     * @param threshold distance up to which two blocks are the same; 0 is lossless
     */
    static PixelPrediction of(float[] values, int blocks, int columns, Scan scan, Distance distance, double threshold) {
        return new PixelPrediction(values, blocks, columns, scan, distance, threshold);
    }

    /** Rising indices of the blocks that stay; block 0 always does. */
    int[] kept() {
        return kept;
    }

    /** Per block how far it is from what was expected: at most the threshold for those that are dropped. */
    float[] surprise() {
        return surprise;
    }

    private int[] walk(int columns, Scan scan) {
        int[] unexpected = new int[shown.length];
        int count = 0;
        int before = -1;
        for (int step = 0; step < shown.length; step++) {
            int block = scan == Scan.SERPENTINE ? serpentine(step, columns) : step;
            int prediction = scan == Scan.PRED_2D ? neighbour(block, columns) : before;
            double off = prediction < 0 ? 1 : distance(shown[prediction] * width, block * width);
            surprise[block] = (float) off;
            if (prediction >= 0 && off <= threshold) {
                shown[block] = shown[prediction];
            } else {
                shown[block] = block;
                unexpected[count++] = block;
            }
            before = block;
        }
        int[] rising = Arrays.copyOf(unexpected, count);
        Arrays.sort(rising);
        return rising;
    }

    private static int serpentine(int step, int columns) {
        int row = step / columns;
        int column = step % columns;
        return row % 2 == 0 ? step : row * columns + columns - 1 - column;
    }

    private int neighbour(int block, int columns) {
        if (block == 0) {
            return -1;
        }
        int left = block - 1;
        int above = block - columns;
        if (block < columns) {
            return left;
        }
        if (block % columns == 0) {
            return above;
        }
        int aboveLeft = above - 1;
        return same(shown[aboveLeft], shown[left]) && !same(shown[aboveLeft], shown[above]) ? above : left;
    }

    private boolean same(int one, int other) {
        return one == other || distance(one * width, other * width) <= threshold;
    }

    private double distance(int one, int other) {
        double largest = 0;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < width; i++) {
            double difference = Math.abs((double) values[one + i] - values[other + i]);
            largest = Math.max(largest, difference);
            sum += difference;
            squares += difference * difference;
        }
        return switch (distance) {
            case MAX -> largest;
            case MAE -> sum / width;
            case RMS -> Math.sqrt(squares / width);
        };
    }
}
