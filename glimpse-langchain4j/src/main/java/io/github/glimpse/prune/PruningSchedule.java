package io.github.glimpse.prune;

import io.github.glimpse.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cuts of one request in the order in which they happen, each with its place settled.
 *
 * @param cuts empty if nothing is pruned
 * @param kv what a cut does to keys and values of the layers that have run
 * @param positions position ids of what stays
 * @param guard what happens to choices that are not sure of themselves
 */
public record PruningSchedule(List<Cut> cuts, KvForm kv, PositionForm positions, SelectionGuard guard) {

    /**
     * One cut.
     *
     * @param at where
     * @param name the strategy's name
     * @param strategy who chooses
     * @param budget the user's numbers
     */
    public record Cut(PruningPoint at, String name, PruningStrategy strategy, TokenBudget budget) {}

    /**
     * Checks that the steps may be combined.
     *
     * @throws IllegalArgumentException if they may not; the message names the rule
     */
    public PruningSchedule {
        cuts = List.copyOf(cuts);
        ScheduleRules.check(cuts, kv, positions);
    }

    /** Nothing is pruned. */
    public static PruningSchedule none() {
        return new PruningSchedule(
                List.of(), KvForm.UNIFORM, PositionForm.ORIGINAL, new SelectionGuard(GuardOptions.off()));
    }

    /** This schedule with other cuts. */
    public PruningSchedule withCuts(List<Cut> others) {
        return new PruningSchedule(others, kv, positions, guard);
    }

    /**
     * Refuses cuts that choose over time, for a model that takes no videos: they would leave every picture as it is.
     *
     * @throws UnsupportedModelException if there is one
     */
    public void checkForPicturesOnly() {
        for (Cut cut : cuts) {
            if (cut.strategy().traits(cut.at()).contains(StrategyTrait.OVER_TIME)) {
                throw new UnsupportedModelException("The pruning strategy '" + cut.name()
                        + "' chooses among the slices of a video and leaves pictures as they are, and this model takes no"
                        + " videos; use div-prune, or a model that takes them");
            }
        }
    }

    /** The share of a picture's tokens that a first step leaves by making the picture smaller, or null. */
    public @Nullable Double pictureShare() {
        return cuts.stream()
                .filter(cut -> cut.strategy().traits(cut.at()).contains(StrategyTrait.SHRINKS_PICTURE))
                .map(cut -> cut.budget().bounds().share())
                .findFirst()
                .orElse(null);
    }

    /** Floor and anchors of all steps, which hold at each of them; null where no step has any. */
    public TokenBounds everywhere() {
        return Settlement.everywhere(cuts);
    }

    /** The only cut, if its strategy first looks at smaller pictures; else null. */
    public @Nullable Cut twoScaleCut() {
        return cuts.size() == 1 && cuts.get(0).strategy() instanceof TwoScaleStrategy ? cuts.get(0) : null;
    }

    /** Everything that the strategies of the cuts need to see. */
    public List<EvidenceRequest> needs() {
        List<EvidenceRequest> needs = new ArrayList<>();
        cuts.forEach(cut -> needs.addAll(cut.strategy().needs(cut.at())));
        return needs;
    }
}
