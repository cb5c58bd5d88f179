package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.image.PixelScale;
import java.util.List;

/**
 * Cuts pictures of one page size into patches, in the order of {@link PageLayout}. A patch has one frame here: the second is
 * the same, and the text adds the two halves of the projection.
 */
final class PagePixels {

    /** Means and deviations of the family's image processor. */
    static final List<Double> MEANS = List.of(0.48145466, 0.4578275, 0.40821073);

    static final List<Double> DEVIATIONS = List.of(0.26862954, 0.26130258, 0.27577711);
    static final double FACTOR = 1 / 255.0;

    private static final PixelScale SCALE = new PixelScale(FACTOR, MEANS, DEVIATIONS);

    private PagePixels() {}

    /** {@code [pictures, patches, 588]}, a patch as channel, row, column. */
    static float[] of(List<Drawing> drawings, PageLayout layout) {
        return ofBytes(drawings.stream().map(Drawing::rgb).toList(), layout);
    }

    /** The same of pictures as red, green and blue, row by row. */
    static float[] ofBytes(List<byte[]> pictures, PageLayout layout) {
        float[] values = new float[pictures.size() * layout.patches() * TinyShape.FRAME_VALUES];
        int width = layout.size().width();
        int to = 0;
        for (byte[] rgb : pictures) {
            for (int patch = 0; patch < layout.patches(); patch++) {
                int cell = layout.order()[patch / TinyShape.GROUP];
                int part = patch % TinyShape.GROUP;
                int columns = layout.size().columns();
                int top = (cell / columns * TinyShape.MERGE + part / TinyShape.MERGE) * TinyShape.PATCH;
                int left = (cell % columns * TinyShape.MERGE + part % TinyShape.MERGE) * TinyShape.PATCH;
                to = copy(rgb, width, top, left, values, to);
            }
        }
        return values;
    }

    private static int copy(byte[] rgb, int width, int top, int left, float[] values, int start) {
        int to = start;
        for (int channel = 0; channel < TinyShape.CHANNELS; channel++) {
            for (int y = 0; y < TinyShape.PATCH; y++) {
                int from = TinyShape.CHANNELS * ((top + y) * width + left) + channel;
                for (int x = 0; x < TinyShape.PATCH; x++) {
                    values[to++] = SCALE.value(channel, rgb[from + TinyShape.CHANNELS * x]);
                }
            }
        }
        return to;
    }
}
