package io.github.glimpse.prune;

/**
 * A cut as it will be made: place and numbers are settled, whoever said them.
 *
 * @param at where
 * @param strategy name of the strategy
 * @param budget the numbers that apply; null where the strategy knows no such number, of the cap also where there is none
 */
public record PlannedCut(PruningPoint at, String strategy, TokenBudget budget) {}
