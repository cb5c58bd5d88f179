package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import java.util.List;

/** What the tower reads of pictures of one size, as the tensors of the text {@code vision}. */
final class TowerInput {

    private TowerInput() {}

    /** Pixels, rotary tables, runs of windows, and for each cell its place. */
    static List<NDArray> tensors(List<Drawing> drawings, TensorScope scope) {
        PageLayout layout = PageLayout.of(drawings.get(0).request().size());
        return tensors(PagePixels.of(drawings, layout), drawings.size(), layout, scope);
    }

    /** The same with pixels that were cut before. */
    static List<NDArray> tensors(float[] pixels, int pictures, PageLayout layout, TensorScope scope) {
        int dim = TinyShape.VISION_HIDDEN / TinyShape.VISION_HEADS;
        return List.of(
                scope.floats(pixels, pictures, layout.patches(), TinyShape.FRAME_VALUES),
                scope.floats(layout.cosine(), layout.patches(), dim),
                scope.floats(layout.sine(), layout.patches(), dim),
                scope.longs(layout.runs(), layout.runs().length),
                scope.indices(layout.inverse()));
    }
}
