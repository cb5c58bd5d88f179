package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.ImageTextModel;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.clip.TowerPass;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.CrossTextStack;
import io.github.glimpse.nn.TowerReadout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Encodes one picture by the vision tower of a model with cross-attention, and drops rows inside it and behind it. */
public final class PictureEncoder {

    private final ImageTextModel model;
    private final ImageTextCuts plan;
    private final PixelPatches patches;
    private final TensorScope scope;

    /**
     * Prepares.
     *
     * @param scope owns the result
     */
    PictureEncoder(ImageTextModel model, ImageTextCuts plan, PixelPatches patches, TensorScope scope) {
        this.model = model;
        this.plan = plan;
        this.patches = patches;
        this.scope = scope;
    }

    /**
     * What came of it.
     *
     * @param features the rows that text attends to, class row first, {@code [1 + left, width]}, and what is wanted of the tower, of the
     *     patches left
     * @param decisions what was cut, in order
     */
    record Encoded(VisionFeatures features, List<TowerDecision> decisions) {}

    Encoded encode(CancellationPoint cancellation, StageObserver observer) {
        CrossTextStack stack = model.crossText();
        try (TensorScope step = scope.openChild();
                TowerWalk walk = new TowerWalk(
                        model.tower(),
                        plan.schedule(),
                        plan.wanted(),
                        List.of(patches),
                        cancellation,
                        observer,
                        step)) {
            walk.toEnd(null);
            TowerPass pass = walk.groups().get(0).pass();
            NDArray rows = stack.rows(pass.normedRows(step), step);
            int seen = model.tower().config().layout().classRows() + pass.patches();
            if (pass.living() > seen) {
                // What was fused is no patch, so no text attends to it.
                rows = stack.choose(rows, IntStream.range(0, seen).toArray(), step);
            }
            Map<TowerReadout, NDArray> readouts = new HashMap<>();
            walk.readouts(0).forEach((key, value) -> readouts.put(key, step.keep(value, scope)));
            return new Encoded(new VisionFeatures(step.keep(rows, scope), readouts), walk.decisions(0));
        }
    }
}
