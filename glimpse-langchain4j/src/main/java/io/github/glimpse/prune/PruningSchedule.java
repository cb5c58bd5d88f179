package io.github.glimpse.prune;

import java.util.ArrayList;
import java.util.List;

/**
 * The cuts of one request in the order in which they happen, each with its place settled.
 *
 * @param cuts empty if nothing is pruned
 * @param kv what a cut does to keys and values of the layers that have run
 * @param positions position ids of what stays
 */
public record PruningSchedule(List<Cut> cuts, KvForm kv, PositionForm positions) {

    /**
     * One cut.
     *
     * @param at where
     * @param name the strategy's name
     * @param strategy who chooses
     * @param budget the user's numbers
     */
    public record Cut(PruningPoint at, String name, PruningStrategy strategy, TokenBudget budget) {}

    /** Checks the order: places rise, one cut a place, at most one probe token. */
    public PruningSchedule {
        cuts = List.copyOf(cuts);
        for (int i = 1; i < cuts.size(); i++) {
            PruningPoint before = cuts.get(i - 1).at();
            PruningPoint here = cuts.get(i).at();
            if (here.compareTo(before) <= 0) {
                throw new IllegalArgumentException("The cut at " + here + " follows the one at " + before
                        + "; places of a schedule must rise, one cut a place");
            }
        }
        if (cuts.stream().filter(cut -> cut.strategy().probeToken() != null).count() > 1) {
            throw new IllegalArgumentException("Two cuts of the schedule need a probe token; only one can");
        }
    }

    /** Nothing is pruned. */
    public static PruningSchedule none() {
        return new PruningSchedule(List.of(), KvForm.UNIFORM, PositionForm.ORIGINAL);
    }

    /** Everything that the strategies of the cuts need to see. */
    public List<EvidenceRequest> needs() {
        List<EvidenceRequest> needs = new ArrayList<>();
        cuts.forEach(cut -> needs.addAll(cut.strategy().needs(cut.at())));
        return needs;
    }
}
