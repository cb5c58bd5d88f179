package io.github.glimpse.prune;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the image tokens that stay. Made once per model, used by all requests at the same time; it keeps no state of a
 * request.
 */
public interface PruningStrategy extends AutoCloseable {

    /** The place at which the strategy cuts if the user does not say another. */
    PruningPoint defaultPoint();

    /**
     * Checks a place that the user wants.
     *
     * @throws IllegalArgumentException if the strategy cannot cut there; the message says why
     */
    void checkPoint(PruningPoint point);

    /** What it needs to see. */
    Set<EvidenceRequest> needs();

    /** What it needs to see at a place; for strategies that look at something else there. */
    default Set<EvidenceRequest> needs(PruningPoint at) {
        return needs();
    }

    /** Rows that it wants at the end of the prompt until its cut, or null. */
    @Nullable
    ProbeToken probeToken();

    /** What the rules for schedules need to know. */
    default Set<StrategyTrait> traits() {
        return Set.of();
    }

    /** What the rules need to know of it at a place; for strategies that work differently there. */
    default Set<StrategyTrait> traits(PruningPoint at) {
        return traits();
    }

    /**
     * Chooses. Before the language model (at {@code pixels}, {@code tower k} and {@code vision}) it is called once for each image,
     * between layers once for all.
     *
     * @param evidence what was asked for in {@link #needs()}
     * @param budget the user's numbers; the count is settled if the strategy {@linkplain StrategyTrait#USES_BUDGET uses one}
     * @return indices among the tokens alive, or scores by which {@link Settlement} finds them
     */
    TokenSelection select(PruningEvidence evidence, TokenBudget budget);

    /**
     * The numbers that apply for this budget: the user's where they are said, else the strategy's own. What {@link #select} leaves
     * open is settled by them; a strategy without numbers of its own leaves the budget as it is.
     */
    default TokenBudget settled(TokenBudget budget) {
        return budget;
    }

    /**
     * Least tokens of each slice of a video that stay when all else is settled, the best of those dropped; only for strategies that
     * score every token and decide for all slices together.
     */
    default int sliceFloor() {
        return 0;
    }

    /** Frees native memory of the strategy. */
    @Override
    void close();
}
