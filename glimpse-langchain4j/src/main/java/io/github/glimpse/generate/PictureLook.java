package io.github.glimpse.generate;

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

/** Lets the vision tower of a model with cross-attention look at one picture, and drops rows inside it and behind it. */
final class PictureLook {

    private final ImageTextModel model;
    private final LookingPlan plan;
    private final PixelPatches patches;
    private final TensorScope scope;

    /**
     * Prepares.
     *
     * @param scope owns the result
     */
    PictureLook(ImageTextModel model, LookingPlan plan, PixelPatches patches, TensorScope scope) {
        this.model = model;
        this.plan = plan;
        this.patches = patches;
        this.scope = scope;
    }

    /**
     * What came of it.
     *
     * @param features the rows that text looks at, class row first, {@code [1 + left, width]}, and what is wanted of the tower, of the
     *     patches left
     * @param decisions what was cut, in order
     */
    record Looked(VisionFeatures features, List<TowerDecision> decisions) {}

    Looked see(CancellationPoint cancellation, StageObserver observer) {
        CrossTextStack stack = model.looking();
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
                // What was fused is no patch, so no text looks at it.
                rows = stack.choose(rows, IntStream.range(0, seen).toArray(), step);
            }
            Map<TowerReadout, NDArray> readouts = new HashMap<>();
            walk.readouts(0).forEach((key, value) -> readouts.put(key, step.keep(value, scope)));
            return new Looked(new VisionFeatures(step.keep(rows, scope), readouts), walk.decisions(0));
        }
    }
}
