package io.github.glimpse.generate;

import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.prune.KeepRule;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Remembers the cuts of one request and writes the report. */
final class SelectionLog {

    private final int imageTokens;
    private int[] alive;
    private @Nullable PruningPoint at;
    private final List<String> strategies = new ArrayList<>();
    private float @Nullable [] probabilities;

    SelectionLog(int imageTokens) {
        this.imageTokens = imageTokens;
        this.alive = TokenSelection.all(imageTokens).kept();
    }

    /** A log that goes on from here on its own. */
    SelectionLog copy() {
        SelectionLog copy = new SelectionLog(imageTokens);
        copy.alive = alive;
        copy.at = at;
        copy.strategies.addAll(strategies);
        copy.probabilities = probabilities;
        return copy;
    }

    /** Tokens that are left. */
    int[] alive() {
        return alive;
    }

    /**
     * Remembers a step.
     *
     * @param before tokens that were alive, which the selection numbers
     * @param after tokens that are alive now
     */
    void add(Cut cut, TokenSelection selection, int[] before, int[] after) {
        at = cut.at();
        strategies.add(cut.name());
        float[] logits = selection.logits();
        if (logits != null) {
            // Scores are of the tokens alive before this cut; tokens dropped earlier have none left.
            float[] map = new float[imageTokens];
            for (int i = 0; i < logits.length; i++) {
                map[before[i]] = KeepRule.probability(logits[i]);
            }
            probabilities = map;
        }
        alive = after;
    }

    /**
     * Writes the report.
     *
     * @param plans how the images were cut
     * @param wholePlans how they would have been if no step had made them smaller
     */
    PruningReport report(List<PatchPlan> plans, List<PatchPlan> wholePlans) {
        List<PruningReport.Image> entries = new ArrayList<>();
        int first = 0;
        for (PatchPlan plan : plans) {
            int count = plan.grid().tokenCount();
            int from = first;
            int to = first + count;
            int[] kept = Arrays.stream(alive)
                    .filter(token -> token >= from && token < to)
                    .map(token -> token - from)
                    .toArray();
            float[] scores = probabilities == null ? null : Arrays.copyOfRange(probabilities, from, to);
            int whole = wholePlans.get(entries.size()).grid().tokenCount();
            entries.add(new PruningReport.Image(plan, kept, scores, whole));
            first = to;
        }
        String names = strategies.isEmpty() ? PruningOptions.NONE : String.join(", ", strategies);
        return new PruningReport(names, at, entries);
    }
}
