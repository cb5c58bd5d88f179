package io.github.glimpse.prefill;

import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.prune.Confidence;
import io.github.glimpse.prune.GuardReport;
import io.github.glimpse.prune.GuardedSelection;
import io.github.glimpse.prune.KeepRule;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.StepReport;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.MergedToken;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Remembers the cuts of one request and writes the report. */
public final class SelectionLog {

    private final int imageTokens;
    private final List<Step> steps = new ArrayList<>();

    public SelectionLog(int imageTokens) {
        this.imageTokens = imageTokens;
    }

    /**
     * A step, in the numbering of all image tokens.
     *
     * @param scores one per image token, not-a-number for those that were not alive; null without scores
     * @param logits the same of logits, from which those scores come; null for scores of another kind
     */
    private record Step(
            Cut cut,
            TokenSelection selection,
            int[] alive,
            float @Nullable [] scores,
            float @Nullable [] logits,
            List<MergedToken> merged,
            List<GuardedSelection> verdicts) {

        @Nullable
        Confidence confidence() {
            return verdicts.stream()
                    .map(GuardedSelection::confidence)
                    .filter(Objects::nonNull)
                    .min(Comparator.comparingDouble(Confidence::confidence))
                    .orElse(null);
        }

        GuardReport guard() {
            return verdicts.stream()
                    .map(GuardedSelection::guard)
                    .max(Comparator.comparing(GuardReport::action))
                    .orElse(GuardReport.none(alive.length));
        }
    }

    /** A log that goes on from here on its own. */
    public SelectionLog copy() {
        SelectionLog copy = new SelectionLog(imageTokens);
        copy.steps.addAll(steps);
        return copy;
    }

    /** Tokens that are left. */
    public int[] alive() {
        return steps.isEmpty()
                ? TokenSelection.all(imageTokens).kept()
                : steps.get(steps.size() - 1).alive();
    }

    /**
     * Remembers a step.
     *
     * @param before tokens that were alive, which the selection numbers
     * @param after tokens that are alive now
     * @param verdicts what the guard thought of it: one for each image, or one for all; none if there was nothing to choose
     */
    void add(Cut cut, TokenSelection selection, int[] before, int[] after, List<GuardedSelection> verdicts) {
        List<MergedToken> merged = selection.merged().stream()
                .map(token -> new MergedToken(
                        before[token.representative()],
                        token.weight(),
                        PromptRows.pick(before, token.sources()),
                        token.weights()))
                .toList();
        float[] logits = map(selection.logits(), before);
        float[] scores = logits == null ? map(selection.scores(), before) : probabilities(logits);
        steps.add(new Step(cut, selection, after, scores, logits, merged, verdicts));
    }

    private float @Nullable [] map(float @Nullable [] values, int[] before) {
        if (values == null) {
            return null;
        }
        float[] map = new float[imageTokens];
        Arrays.fill(map, Float.NaN);
        for (int i = 0; i < values.length; i++) {
            map[before[i]] = values[i];
        }
        return map;
    }

    private static float[] probabilities(float[] logits) {
        float[] probabilities = new float[logits.length];
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = KeepRule.probability(logits[i]);
        }
        return probabilities;
    }

    /**
     * Writes the report.
     *
     * @param units of the pictures and videos
     * @param wholeUnits the same if no step had made pictures smaller
     * @param newlineRows rows between them that are no tokens
     */
    public PruningReport report(List<TokenUnit> units, List<TokenUnit> wholeUnits, int newlineRows) {
        int[] alive = alive();
        float[] probabilities = probabilities();
        List<PruningReport.Image> entries = new ArrayList<>();
        int first = 0;
        for (TokenUnit unit : units) {
            int to = first + unit.grid().tokenCount();
            float[] scores = probabilities == null ? null : Arrays.copyOfRange(probabilities, first, to);
            int whole = wholeUnits.get(entries.size()).grid().tokenCount();
            entries.add(new PruningReport.Image(unit, inside(alive, first, to), scores, whole));
            first = to;
        }
        PruningPoint at =
                steps.isEmpty() ? null : steps.get(steps.size() - 1).cut().at();
        List<String> names = steps.stream().map(step -> step.cut().name()).toList();
        return new PruningReport(
                names.isEmpty() ? PruningOptions.NONE : String.join(", ", names),
                at,
                entries,
                steps.stream().map(step -> report(step, units)).toList(),
                newlineRows);
    }

    /** The report of one picture that is one unit. */
    public PruningReport report(PatchPlan plan) {
        List<TokenUnit> units = List.of(TokenUnit.of(TokenUnit.Kind.IMAGE, plan));
        return report(units, units, 0);
    }

    /** The last step's probabilities; tokens that had been dropped before have none left. */
    private float @Nullable [] probabilities() {
        float[] last = null;
        for (Step step : steps) {
            if (step.selection().kind() == ScoreKind.LOGIT && step.scores() != null) {
                last = step.scores().clone();
            }
        }
        for (int i = 0; last != null && i < last.length; i++) {
            last[i] = Float.isNaN(last[i]) ? 0 : last[i];
        }
        return last;
    }

    private static StepReport report(Step step, List<TokenUnit> units) {
        List<StepReport.Image> images = new ArrayList<>();
        int first = 0;
        for (TokenUnit unit : units) {
            int to = first + unit.grid().tokenCount();
            images.add(new StepReport.Image(
                    inside(step.alive(), first, to),
                    step.scores() == null ? null : Arrays.copyOfRange(step.scores(), first, to),
                    step.selection().kind(),
                    merged(step.merged(), first, to),
                    step.logits() == null ? null : Arrays.copyOfRange(step.logits(), first, to)));
            first = to;
        }
        return new StepReport(
                step.cut().at(), step.cut().name(), images, step.selection().reason(), step.confidence(), step.guard());
    }

    private static int[] inside(int[] tokens, int from, int to) {
        return Arrays.stream(tokens)
                .filter(token -> token >= from && token < to)
                .map(token -> token - from)
                .toArray();
    }

    /** Mixtures whose place is in an image; sources in another image, which a joint step may mix in, are left out. */
    private static List<MergedToken> merged(List<MergedToken> all, int from, int to) {
        List<MergedToken> here = new ArrayList<>();
        for (MergedToken token : all) {
            if (token.representative() < from || token.representative() >= to) {
                continue;
            }
            int[] places = java.util.stream.IntStream.range(0, token.sources().length)
                    .filter(i -> token.sources()[i] >= from && token.sources()[i] < to)
                    .toArray();
            float[] weights = new float[places.length];
            for (int i = 0; i < places.length; i++) {
                weights[i] = token.weights()[places[i]];
            }
            int[] sources = inside(token.sources(), from, to);
            here.add(new MergedToken(token.representative() - from, token.weight(), sources, weights));
        }
        return here;
    }
}
