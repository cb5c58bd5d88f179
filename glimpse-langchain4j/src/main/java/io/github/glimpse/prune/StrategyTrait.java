package io.github.glimpse.prune;

/** What the rules for schedules need to know of a strategy. */
public enum StrategyTrait {
    /** Keeps the number of tokens that {@code retention-ratio} gives, so it cannot do without. */
    USES_BUDGET,
    /**
     * Its {@code retention-ratio} is of the tokens that are alive, rounded up, and not of all before any step; needs
     * {@link #USES_BUDGET}.
     */
    RATIO_OF_ALIVE,
    /** Mixes dropped tokens into kept ones. */
    MERGES,
    /** Makes the dropped rows, times their scores, one more row of a vision tower, which is no token. */
    FUSES,
    /** Looks at the question, so what it keeps of a picture is not the same for the next question. */
    QUESTION_DEPENDENT,
    /** Needs every token of the grid: no cut may come before it. */
    NEEDS_FULL_GRID,
    /** Makes the picture smaller before it is cut into tokens, instead of choosing among them; needs {@link #USES_BUDGET}. */
    SHRINKS_PICTURE,
    /** Decides at {@code vision} on all slices of a video together, and leaves pictures as they are. */
    OVER_TIME
}
