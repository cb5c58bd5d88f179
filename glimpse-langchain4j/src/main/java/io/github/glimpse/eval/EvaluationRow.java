package io.github.glimpse.eval;

import io.github.glimpse.prune.PruningOptions;
import org.jspecify.annotations.Nullable;

/**
 * One setting to measure.
 *
 * @param label unique among the rows; results are found again by it
 * @param strategy what the report calls it
 * @param retention the share of image tokens that is asked for, above 0 and at most 1; null where the setting itself decides, or the
 *     row {@code sameCountAs} does
 * @param sameCountAs label of an earlier row: of each question as many image tokens are kept as that row kept of it; null for none
 * @param options the setting
 */
public record EvaluationRow(
        String label,
        String strategy,
        @Nullable Double retention,
        @Nullable String sameCountAs,
        RatioOptions options) {

    /** The label of the unpruned row, which all others are compared with. */
    public static final String UNPRUNED = PruningOptions.NONE;

    /** Options for a share of image tokens. */
    @FunctionalInterface
    public interface RatioOptions {

        /**
         * The options.
         *
         * @param retention share of the image tokens to keep, above 0 and at most 1; 1 for rows without one
         */
        PruningOptions at(double retention);
    }

    /** Checks the share. */
    public EvaluationRow {
        if (label.isEmpty() || (retention != null && !(retention > 0 && retention <= 1))) {
            throw new IllegalArgumentException(
                    "Row '" + label + "' needs a label, and a retention above 0 and at most 1, not " + retention);
        }
    }

    /** The unpruned row. */
    public static EvaluationRow unpruned() {
        return of(
                UNPRUNED,
                PruningOptions.NONE,
                PruningOptions.builder().strategy(PruningOptions.NONE).build());
    }

    /** A setting that decides itself how much stays. */
    public static EvaluationRow of(String label, String strategy, PruningOptions options) {
        return new EvaluationRow(label, strategy, null, null, retention -> options);
    }

    /** A strategy at a share of the image tokens. */
    public static EvaluationRow at(String label, String strategy, double retention, RatioOptions options) {
        return new EvaluationRow(label, strategy, retention, null, options);
    }

    /** A strategy that keeps, of each question, as many image tokens as an earlier row kept. */
    public static EvaluationRow sameCount(String label, String strategy, String as, RatioOptions options) {
        return new EvaluationRow(label, strategy, null, as, options);
    }
}
