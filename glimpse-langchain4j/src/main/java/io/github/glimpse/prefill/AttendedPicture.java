package io.github.glimpse.prefill;

import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.model.ImageTextModel;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.prune.PruningStrategy;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The picture that texts attend to: remembered where it was seen before with the same cuts, computed where not. On loan until it is
 * closed.
 *
 * @param plan how it was cut into patches
 * @param features the rows that text attends to, class row first, {@code [1 + left, width]}, and what is wanted of the tower
 * @param lent holds them
 */
public record AttendedPicture(PatchPlan plan, VisionFeatures features, PictureFeatures lent) implements AutoCloseable {

    /**
     * Encodes a picture, or finds it.
     *
     * @param numbers tells strategies apart: which one with which options made a cut is part of what is remembered
     * @param log is told of the cuts
     * @throws io.github.glimpse.InvalidImageException if it is none
     */
    public static AttendedPicture see(
            MediaFile picture,
            ImageTextModel model,
            FeatureCache cache,
            ImageTextCuts plan,
            ToIntFunction<PruningStrategy> numbers,
            SelectionLog log,
            PassContext context) {
        StepDecision decision = new StepDecision(plan.schedule(), null, StageObserver.NONE);
        TowerCuts cuts = TowerCuts.of(plan.schedule(), plan.tower(), decision, numbers);
        PictureFeatures lent = new PictureFeatures(model.tower(), cache, List.of(picture), plan.wanted());
        try {
            VisionFeatures features = lent.see(null, cuts, context).get(0);
            cuts.forEach((cut, selection, verdicts) -> {
                int[] before = log.alive();
                log.add(cut, selection, before, Selections.pick(before, selection.kept()), verdicts);
            });
            context.watch().beforeCut();
            return new AttendedPicture(picture.plan().units().get(0).plan(), features, lent);
        } catch (RuntimeException | Error e) {
            lent.close();
            throw e;
        }
    }

    @Override
    public void close() {
        lent.close();
    }
}
