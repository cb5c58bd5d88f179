package io.github.glimpse.examples.evaluate;

import io.github.glimpse.eval.EvaluationRow;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningProfile;
import io.github.glimpse.prune.PruningStep;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The rows of the table: unpruned; {@code glimpse} by its own threshold; {@code foveate}, which looks by the same module and shows a
 * small picture besides, alike; the profile {@code auto}; each other strategy with as many image tokens as {@code glimpse} kept of the
 * same question, at its own place or at one that is named; and some at given shares, for the curves. Without {@code glimpse} all are at given shares.
 */
final class Grid {

    /** The profile, among the names of strategies. */
    static final String AUTO = PruningProfile.AUTO.label();

    static final String FOVEATE = "foveate";

    /** Between a strategy and a place that is not its own: {@code received-attention@tower-3}. */
    private static final char PLACE = '@';

    private static final Set<String> PLAIN = Set.of(PruningOptions.NONE, AUTO, FOVEATE);

    private final List<String> strategies;
    private final List<String> curves;
    private final List<Double> retentions;

    /**
     * A grid.
     *
     * @param strategies names to compare
     * @param curves of them, those that are measured at shares too
     * @param retentions the shares
     */
    Grid(List<String> strategies, List<String> curves, List<Double> retentions) {
        this.strategies = strategies;
        this.curves = curves;
        this.retentions = retentions;
    }

    List<EvaluationRow> rows() {
        List<EvaluationRow> rows = new ArrayList<>();
        rows.add(EvaluationRow.unpruned());
        boolean glimpse = strategies.contains(PruningOptions.GLIMPSE);
        if (glimpse) {
            rows.add(EvaluationRow.of(PruningOptions.GLIMPSE, PruningOptions.GLIMPSE, plain(PruningOptions.GLIMPSE)));
        }
        if (strategies.contains(FOVEATE)) {
            rows.add(EvaluationRow.of(FOVEATE, FOVEATE, plain(FOVEATE)));
        }
        if (strategies.contains(AUTO)) {
            rows.add(EvaluationRow.of(
                    AUTO, AUTO, PruningOptions.builder().profile(AUTO).build()));
        }
        List<String> others = strategies.stream()
                .filter(name -> !PLAIN.contains(name) && !name.equals(PruningOptions.GLIMPSE))
                .toList();
        if (glimpse) {
            for (String name : others) {
                rows.add(EvaluationRow.sameCount(name, name, PruningOptions.GLIMPSE, ratio -> at(name, ratio)));
            }
        }
        for (String name : strategies) {
            boolean drawn = !glimpse || curves.contains(name);
            if (drawn && !PLAIN.contains(name)) {
                retentions.forEach(retention ->
                        rows.add(EvaluationRow.at(label(name, retention), name, retention, ratio -> at(name, ratio))));
            }
        }
        return rows;
    }

    private static String label(String name, double retention) {
        String percent = new BigDecimal(100 * retention)
                .setScale(1, RoundingMode.HALF_EVEN)
                .stripTrailingZeros()
                .toPlainString();
        return name + " at " + percent + " %";
    }

    private static PruningOptions plain(String name) {
        return PruningOptions.builder().strategy(name).build();
    }

    /** The best tokens of {@code glimpse} are those under a cap without a threshold; others take a share. */
    private static PruningOptions at(String name, double ratio) {
        int place = name.indexOf(PLACE);
        if (place >= 0) {
            PruningStep.Builder step = PruningStep.builder(name.substring(0, place))
                    .at(name.substring(place + 1).replace('-', ' '));
            return PruningOptions.builder()
                    .schedule(List.of(step.retentionRatio(ratio).build()))
                    .build();
        }
        PruningOptions.Builder options = PruningOptions.builder().strategy(name);
        return name.equals(PruningOptions.GLIMPSE)
                ? options.threshold(0.0).maxRetentionRatio(ratio).build()
                : options.retentionRatio(ratio).build();
    }
}
