package io.github.glimpse.prefill;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.GuardedSelection;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.SelectionGuard;
import io.github.glimpse.prune.Settlement;
import io.github.glimpse.prune.TokenBounds;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks the strategy of a step and hands its answer to the {@link Settlement} and the guard. For one request. */
public final class StepDecision {

    private final TokenBounds everywhere;
    private final @Nullable ProbeToken probe;
    private final StageObserver observer;
    private final SelectionGuard guard;
    private final List<GuardedSelection> verdicts = new ArrayList<>();

    StepDecision(PruningSchedule schedule, @Nullable ProbeToken probe, StageObserver observer) {
        this.everywhere = schedule.everywhere();
        this.probe = probe;
        this.observer = observer;
        this.guard = schedule.guard();
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
        Settlement settlement = Settlement.of(cut, everywhere, grids, tokens, alive);
        if (settlement.isEverything()) {
            return TokenSelection.all(alive.length);
        }
        PruningEvidence evidence = seen.get();
        // Asked even if the steps before left no more than the count: one that always drops a token does so then too.
        TokenSelection answer = cut.strategy().select(evidence, settlement.budget());
        TokenSelection settled = settlement.settle(answer);
        observer.onSelection(evidence, probe, settled);
        if (settlement.budget().count() != null && settled.kept().length == alive.length) {
            return settled;
        }
        GuardedSelection guarded =
                guard.check(settlement, answer, budget -> cut.strategy().select(evidence, budget));
        verdicts.add(guarded);
        return guarded.selection();
    }

    /** What the guard thought of the choices since the last call: one for each image, or one for all. */
    List<GuardedSelection> takeVerdicts() {
        List<GuardedSelection> taken = List.copyOf(verdicts);
        verdicts.clear();
        return taken;
    }
}
