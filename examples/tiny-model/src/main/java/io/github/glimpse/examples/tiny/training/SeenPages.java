package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import java.util.List;

/**
 * Pages of one size as the eye sees them, with what it should see; cut beside the training, so that no step waits for it.
 *
 * @param drawings the pages
 * @param pixels of all patches
 */
record SeenPages(List<Drawing> drawings, float[] pixels) {

    static SeenPages of(List<Drawing> drawings) {
        return new SeenPages(drawings, PagePixels.of(drawings, layout(drawings)));
    }

    private static PageLayout layout(List<Drawing> drawings) {
        return PageLayout.of(drawings.get(0).request().size());
    }

    /** The tensors of the text {@code vision}: pixels, rotary tables, runs of windows, and for each cell its place. */
    List<NDArray> tower(TensorScope scope) {
        PageLayout layout = layout(drawings);
        int dim = TinyShape.VISION_HIDDEN / TinyShape.VISION_HEADS;
        return List.of(
                scope.floats(pixels, drawings.size(), layout.patches(), TinyShape.FRAME_VALUES),
                scope.floats(layout.cosine(), layout.patches(), dim),
                scope.floats(layout.sine(), layout.patches(), dim),
                scope.longs(layout.runs(), layout.runs().length),
                scope.indices(layout.inverse()));
    }

    /** The tensors of the text {@code symbols}. */
    List<NDArray> symbols(TensorScope scope) {
        return PageSymbols.of(drawings).tensors(scope);
    }
}
