package io.github.glimpse.generate;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.GuardedSelection;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.Ranking;
import io.github.glimpse.prune.RatioReason;
import io.github.glimpse.prune.SelectionGuard;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Settles how many tokens a step may keep, asks its strategy, and holds the answer to what was agreed. Anchors and the floor
 * of any step hold at every step: what an earlier one drops, no later one can keep.
 */
final class StepDecision {

    private final Set<Anchor> anchors = new HashSet<>();
    private final int floor;
    private final @Nullable ProbeToken probe;
    private final StageObserver observer;
    private final SelectionGuard guard;
    private final List<GuardedSelection> verdicts = new ArrayList<>();

    StepDecision(PruningSchedule schedule, @Nullable ProbeToken probe, StageObserver observer) {
        this.probe = probe;
        this.observer = observer;
        this.guard = schedule.guard();
        int most = 0;
        for (Cut cut : schedule.cuts()) {
            TokenBudget settled = cut.strategy().settled(cut.budget());
            anchors.addAll(Objects.requireNonNullElse(settled.anchors(), Set.of()));
            most = Math.max(most, Objects.requireNonNullElse(settled.minTokens(), 0));
        }
        this.floor = most;
    }

    /**
     * Decides one step for some images.
     *
     * @param cut the step
     * @param grids their grids
     * @param tokens how many tokens these images had before any step
     * @param alive numbers, among those grids' tokens, of the tokens that are alive
     * @param seen collects what the strategy asks for; not called where there is nothing to choose
     */
    TokenSelection decide(Cut cut, List<ImageGrid> grids, int tokens, int[] alive, Supplier<PruningEvidence> seen) {
        TokenBudget budget = agreed(cut);
        boolean counts = cut.strategy().traits(cut.at()).contains(StrategyTrait.USES_BUDGET);
        RatioReason reason = RatioReason.COUNT;
        if (counts) {
            double ratio = Objects.requireNonNull(budget.retentionRatio());
            Double cap = budget.maxRetentionRatio();
            if (floor >= alive.length || (ratio >= 1 && (cap == null || cap >= 1))) {
                return TokenSelection.all(alive.length);
            }
            int wanted = TokenBudget.count(ratio, tokens, alive.length);
            int most = cap == null ? wanted : TokenBudget.count(cap, tokens, alive.length);
            int count = Math.max(Math.min(wanted, most), floor);
            reason = count > wanted ? RatioReason.FLOOR : count < wanted ? RatioReason.CAP : reason;
            budget = budget.withCount(count);
        }
        PruningEvidence evidence = seen.get();
        // Asked even if the steps before left no more than the count: one that always drops a token does so then too.
        TokenSelection selection = cut.strategy().select(evidence, budget);
        observer.onSelection(evidence, probe, selection);
        check(cut, selection, alive.length);
        if (counts && selection.kept().length == alive.length) {
            return selection;
        }
        TokenSelection settled = reason == RatioReason.COUNT ? selection : selection.withReason(reason);
        return guarded(cut, budget, withAnchors(settled, grids, alive), grids, tokens, alive, evidence)
                .selection();
    }

    /** The step's numbers with the floor and the anchors of all steps. */
    private TokenBudget agreed(Cut cut) {
        TokenBudget own = cut.budget();
        Integer ownFloor = cut.strategy().settled(own).minTokens();
        boolean higher = floor > Objects.requireNonNullElse(ownFloor, TokenBudget.DEFAULT_MIN_TOKENS);
        return new TokenBudget(
                own.threshold(),
                own.maxRetentionRatio(),
                higher ? (Integer) floor : own.minTokens(),
                anchors.isEmpty() ? own.anchors() : anchors,
                own.retentionRatio(),
                own.count());
    }

    private GuardedSelection guarded(
            Cut cut,
            TokenBudget budget,
            TokenSelection selection,
            List<ImageGrid> grids,
            int tokens,
            int[] alive,
            PruningEvidence evidence) {
        GuardedSelection guarded = guard.check(cut, budget, selection, grids, tokens, alive, count -> {
            TokenSelection other = cut.strategy().select(evidence, budget.withCount(count));
            check(cut, other, alive.length);
            return withAnchors(other, grids, alive);
        });
        verdicts.add(guarded);
        return guarded;
    }

    /** What the guard thought of the choices since the last call: one for each image, or one for all. */
    List<GuardedSelection> takeVerdicts() {
        List<GuardedSelection> taken = List.copyOf(verdicts);
        verdicts.clear();
        return taken;
    }

    private static void check(Cut cut, TokenSelection selection, int tokens) {
        int[] kept = selection.kept();
        for (int i = 0; i < kept.length; i++) {
            if (kept[i] < (i == 0 ? 0 : kept[i - 1] + 1) || kept[i] >= tokens) {
                throw new IllegalStateException("The pruning strategy '" + cut.name() + "' kept token " + kept[i]
                        + " as number " + i + "; they must rise and be below " + tokens);
            }
        }
        if (selection.scores() != null) {
            Ranking.requireNumbers(selection.scores(), cut.name());
        }
    }

    private TokenSelection withAnchors(TokenSelection selection, List<ImageGrid> grids, int[] alive) {
        BitSet kept = new BitSet();
        Arrays.stream(selection.kept()).forEach(kept::set);
        int before = kept.cardinality();
        int first = 0;
        for (ImageGrid grid : grids) {
            for (Anchor anchor : anchors) {
                int local = Arrays.binarySearch(alive, first + anchor.tokenOf(grid));
                if (local >= 0) {
                    kept.set(local);
                }
            }
            first += grid.tokenCount();
        }
        return kept.cardinality() == before
                ? selection
                : selection.withKept(kept.stream().toArray());
    }
}
