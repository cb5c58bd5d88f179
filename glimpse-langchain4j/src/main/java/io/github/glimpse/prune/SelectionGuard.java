package io.github.glimpse.prune;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.GuardReport.Action;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at each choice before it is carried out. Below its first floor it keeps more: what a threshold lower by 0.1 keeps, or
 * half as many tokens again. If the confidence is below the second floor even then, nothing is cut. The cap
 * ({@code max-retention-ratio}) is never passed; where it forbids what would help, the guard only says so, and names the cap
 * and not the selector if the cap alone is to blame.
 *
 * <p>All of it is arithmetic on scores that exist; the model does not run again. Strategies without confidence are left alone.
 * Safe for concurrent use.
 */
public final class SelectionGuard {

    private static final double LOWER_THRESHOLD = 0.1;
    private static final double MORE = 1.5;

    private final GuardOptions options;

    /**
     * A guard.
     *
     * @throws IllegalArgumentException if its floors do not fit each other
     */
    public SelectionGuard(GuardOptions options) {
        options.checkFloors();
        this.options = options;
    }

    /** When it steps in. */
    public GuardOptions options() {
        return options;
    }

    /**
     * Looks at a choice.
     *
     * @param cut the step
     * @param budget its numbers, with the count settled where the strategy goes by one
     * @param chosen what the strategy chose
     * @param grids the images' grids
     * @param tokens image tokens before any step, which a count is a share of
     * @param alive numbers of the tokens that are alive
     * @param again lets the strategy choose another number of tokens; only called where it goes by a count
     */
    public GuardedSelection check(
            Cut cut,
            TokenBudget budget,
            TokenSelection chosen,
            List<ImageGrid> grids,
            int tokens,
            int[] alive,
            IntFunction<TokenSelection> again) {
        TokenBudget settled = cut.strategy().settled(budget);
        Decision decision = new Decision(cut.name(), settled, budget.count(), grids, tokens, alive);
        Confidence first = decision.confidence(chosen, decision.threshold());
        boolean low = first != null && first.confidence() < options.widenFloor();
        if (first == null || !low || !options.isOn() || chosen.kept().length >= alive.length) {
            return new GuardedSelection(chosen, first, GuardReport.none(chosen.kept().length));
        }
        TokenSelection wider = decision.widen(chosen, again);
        boolean more = wider.kept().length > chosen.kept().length;
        Confidence then = more ? Objects.requireNonNull(decision.confidence(wider, decision.lowerThreshold())) : first;
        if (then.confidence() >= options.skipFloor() || decision.most() < alive.length) {
            return more ? widened(decision, chosen, wider, first, then) : reported(decision, chosen, first);
        }
        return skipped(decision, chosen, first);
    }

    private GuardedSelection widened(
            Decision decision, TokenSelection chosen, TokenSelection wider, Confidence first, Confidence then) {
        String how = chosen.kind() == ScoreKind.LOGIT
                ? "the threshold was lowered to " + two(decision.lowerThreshold())
                : "half as many tokens again were kept";
        String rest = then.confidence() < options.skipFloor()
                ? "; still below " + two(options.skipFloor()) + ", but " + decision.capForbids("keeping all")
                : "";
        String message = "The confidence " + two(first.confidence()) + " is below " + two(options.widenFloor()) + ": "
                + how + ", " + wider.kept().length + " tokens stay instead of " + chosen.kept().length + rest;
        return done(Action.WIDENED, message, chosen, wider, first, then);
    }

    private GuardedSelection reported(Decision decision, TokenSelection chosen, Confidence first) {
        String low = "The confidence " + two(first.confidence()) + " is below " + two(options.widenFloor());
        String message;
        if (decision.isCapToBlame(chosen, options.widenFloor())) {
            message = low + " because of the cap, not of the selector: " + decision.capForbids("more")
                    + "; raise glimpse.pruning.max-retention-ratio";
        } else if (decision.most() < decision.alive().length) {
            message = low + ", and " + decision.capForbids("keeping all") + "; the answer may miss something";
        } else {
            message = low + ", and "
                    + (chosen.kind() == ScoreKind.LOGIT ? "a lower threshold would keep" : "the strategy keeps")
                    + " nothing more";
        }
        return done(Action.REPORTED, message, chosen, chosen, first, first);
    }

    private GuardedSelection skipped(Decision decision, TokenSelection chosen, Confidence first) {
        int tokens = decision.alive().length;
        String message = "The confidence " + two(first.confidence()) + " is too low for a cut: nothing that was kept in"
                + " its place came up to " + two(options.skipFloor()) + ", so all " + tokens
                + " tokens stay instead of "
                + chosen.kept().length;
        TokenSelection all = new TokenSelection(
                TokenSelection.all(tokens).kept(),
                chosen.scores(),
                chosen.kind(),
                chosen.passedThreshold(),
                null,
                List.of(),
                null);
        Confidence of = Objects.requireNonNull(decision.confidence(all, decision.threshold()));
        return done(Action.SKIPPED, message, chosen, all, first, of);
    }

    private static GuardedSelection done(
            Action action,
            String message,
            TokenSelection chosen,
            TokenSelection kept,
            Confidence first,
            Confidence then) {
        GuardReport report =
                new GuardReport(action, message, first.confidence(), chosen.kept().length, kept.kept().length);
        return new GuardedSelection(kept, then, report);
    }

    private static String two(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** The numbers of one step. */
    private record Decision(
            String strategy,
            TokenBudget settled,
            @Nullable Integer count,
            List<ImageGrid> grids,
            int tokens,
            int[] alive) {

        double threshold() {
            return settled.threshold() != null ? settled.threshold() : TokenBudget.DEFAULT_THRESHOLD;
        }

        double lowerThreshold() {
            return Math.max(0, threshold() - LOWER_THRESHOLD);
        }

        /** Most tokens that the cap lets stay. */
        int most() {
            Double cap = settled.maxRetentionRatio();
            if (cap == null) {
                return alive.length;
            }
            return count == null ? (int) (cap * alive.length) : TokenBudget.count(cap, tokens, alive.length);
        }

        @Nullable
        Confidence confidence(TokenSelection selection, double threshold) {
            float[] scores = selection.scores();
            if (scores == null || scores.length == 0) {
                return null;
            }
            return switch (selection.kind()) {
                case LOGIT -> Confidence.ofLogits(scores, selection.kept(), threshold);
                case SHARE -> Confidence.ofShares(scores, selection.kept());
                case VALUE -> null;
            };
        }

        TokenSelection widen(TokenSelection chosen, IntFunction<TokenSelection> again) {
            float[] scores = Objects.requireNonNull(chosen.scores());
            if (chosen.kind() == ScoreKind.LOGIT) {
                return rule(lowerThreshold(), settled.maxRetentionRatio()).decide(scores, grids, alive, strategy);
            }
            // Anchors that were kept besides a count are kept besides the wider one too.
            int kept = count == null ? chosen.kept().length : Math.min(count, chosen.kept().length);
            int wanted = Math.min(most(), Math.max(kept + 1, (int) (MORE * kept)));
            if (wanted <= kept) {
                return chosen;
            }
            if (count != null) {
                return again.apply(wanted);
            }
            return chosen.merged().isEmpty()
                    ? TokenSelection.scored(bestAndAnchors(scores, wanted), scores, chosen.kind())
                            .withReason(chosen.reason() == null ? RatioReason.COUNT : chosen.reason())
                    : chosen;
        }

        private int[] bestAndAnchors(float[] scores, int wanted) {
            int[] places = Anchor.placesOf(Objects.requireNonNullElse(settled.anchors(), Set.of()), grids, alive);
            return IntStream.concat(Arrays.stream(Ranking.best(scores, wanted, strategy)), Arrays.stream(places))
                    .distinct()
                    .sorted()
                    .toArray();
        }

        /** Whether the confidence would do if the cap let stay whatever else decides. */
        boolean isCapToBlame(TokenSelection chosen, double floor) {
            float[] scores = Objects.requireNonNull(chosen.scores());
            if (most() >= alive.length) {
                return false;
            }
            TokenSelection free = chosen.kind() == ScoreKind.LOGIT
                    ? rule(threshold(), null).decide(scores, grids, alive, strategy)
                    : TokenSelection.all(alive.length).withScores(scores, chosen.kind());
            Confidence uncapped = confidence(free, threshold());
            return uncapped != null && uncapped.confidence() >= floor;
        }

        String capForbids(String what) {
            return "max-retention-ratio " + settled.maxRetentionRatio() + " lets " + most() + " of "
                    + (count == null ? alive.length : tokens) + " tokens stay and forbids " + what;
        }

        private KeepRule rule(double threshold, @Nullable Double cap) {
            return new KeepRule(
                    threshold,
                    cap,
                    Objects.requireNonNullElse(settled.minTokens(), TokenBudget.DEFAULT_MIN_TOKENS),
                    Objects.requireNonNullElse(settled.anchors(), Set.of()));
        }
    }
}
