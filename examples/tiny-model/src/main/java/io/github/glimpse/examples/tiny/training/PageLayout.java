package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.nn.AttentionBlocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How the tower walks a page: cells window by window, windows of one size side by side, and the rotary tables of their patches.
 *
 * @param size of the page
 * @param order for each place the cell that lies there
 * @param inverse for each cell its place
 * @param runs start, number and length of equally long windows, counted in patches
 * @param cosine {@code [patches, headDim]}, in the order of the places
 * @param sine like {@code cosine}
 */
record PageLayout(PageSize size, int[] order, int[] inverse, long[] runs, float[] cosine, float[] sine) {

    private static final Map<PageSize, PageLayout> KNOWN = new ConcurrentHashMap<>();

    /** The layout of a page, computed once. */
    static PageLayout of(PageSize size) {
        return KNOWN.computeIfAbsent(size, PageLayout::compute);
    }

    int patches() {
        return size.cellCount() * TinyShape.GROUP;
    }

    private static PageLayout compute(PageSize size) {
        AttentionBlocks windows = AttentionBlocks.of(List.of(windows(size)));
        int patches = size.cellCount() * TinyShape.GROUP;
        int dim = TinyShape.VISION_HEAD_DIM;
        float[] cosine = new float[patches * dim];
        float[] sine = new float[patches * dim];
        for (int patch = 0; patch < patches; patch++) {
            int cell = windows.order()[patch / TinyShape.GROUP];
            int part = patch % TinyShape.GROUP;
            int row = cell / size.columns() * TinyShape.MERGE + part / TinyShape.MERGE;
            int column = cell % size.columns() * TinyShape.MERGE + part % TinyShape.MERGE;
            for (int i = 0; i < dim / 2; i++) {
                int frequency = i % (dim / 4);
                double angle =
                        (i < dim / 4 ? row : column) * Math.pow(TinyShape.VISION_THETA, -2.0 * frequency / (dim / 2.0));
                fill(cosine, sine, patch * dim + i, dim / 2, angle);
            }
        }
        return new PageLayout(
                size, windows.order(), windows.inverse(), windows.runsOfRows(TinyShape.GROUP), cosine, sine);
    }

    /** Enters an angle in both halves of a head. */
    static void fill(float[] cosine, float[] sine, int at, int half, double angle) {
        cosine[at] = cosine[at + half] = (float) Math.cos(angle);
        sine[at] = sine[at + half] = (float) Math.sin(angle);
    }

    private static List<int[]> windows(PageSize size) {
        List<int[]> windows = new ArrayList<>();
        for (int top = 0; top < size.rows(); top += TinyShape.WINDOW) {
            for (int left = 0; left < size.columns(); left += TinyShape.WINDOW) {
                int height = Math.min(TinyShape.WINDOW, size.rows() - top);
                int width = Math.min(TinyShape.WINDOW, size.columns() - left);
                int[] window = new int[height * width];
                for (int i = 0; i < window.length; i++) {
                    window[i] = (top + i / width) * size.columns() + left + i % width;
                }
                windows.add(window);
            }
        }
        return windows;
    }
}
