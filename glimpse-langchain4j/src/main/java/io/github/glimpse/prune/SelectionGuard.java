package io.github.glimpse.prune;

import io.github.glimpse.prune.GuardReport.Action;
import io.github.glimpse.prune.Settlement.Widened;
import io.github.glimpse.prune.TokenSelection.Open;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Looks at each choice before it is carried out. Below its first floor it keeps more: what a threshold lower by 0.1 keeps, or
 * half as many tokens again. If the confidence is below the second floor even then, nothing is cut. The cap
 * ({@code max-retention-ratio}) is never passed; where it forbids what would help, the guard only says so, and names the cap
 * and not the selector if the cap alone is to blame.
 *
 * <p>The model does not run again: what the strategy left open is settled by its scores once more, and a strategy that left
 * nothing open is asked again, with wider numbers. Nothing is kept by a rule that is not the strategy's. Strategies without confidence are
 * left alone. Safe for concurrent use.
 */
public final class SelectionGuard {

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
     * @param settlement by which it was settled
     * @param answer what the strategy answered
     * @param ask lets the strategy choose by other numbers
     */
    public GuardedSelection check(
            Settlement settlement, TokenSelection answer, Function<TokenBudget, TokenSelection> ask) {
        TokenSelection chosen = settlement.settle(answer);
        Confidence first = settlement.confidence(chosen);
        boolean low = first != null && first.confidence() < options.widenFloor();
        if (first == null || !low || !options.isOn() || chosen.kept().length >= settlement.alive()) {
            return new GuardedSelection(chosen, first, GuardReport.none(chosen.kept().length));
        }
        Settlement wider = settlement.wider(chosen);
        TokenSelection more = wider.widened() == Widened.NOTHING ? chosen : wider.again(answer, ask);
        if (more.kept().length <= chosen.kept().length) {
            return first.confidence() >= options.skipFloor() || settlement.most() < settlement.alive()
                    ? reported(settlement, answer, ask, chosen, first)
                    : skipped(settlement, chosen, first);
        }
        Confidence then = Objects.requireNonNull(wider.confidence(more));
        return then.confidence() >= options.skipFloor() || settlement.most() < settlement.alive()
                ? widened(wider, chosen, more, first, then)
                : skipped(settlement, chosen, first);
    }

    private GuardedSelection widened(
            Settlement wider, TokenSelection chosen, TokenSelection more, Confidence first, Confidence then) {
        String how = wider.widened() == Widened.THRESHOLD
                ? "the threshold was lowered to " + two(wider.threshold())
                : "half as many tokens again were kept";
        String rest = then.confidence() < options.skipFloor()
                ? "; still below " + two(options.skipFloor()) + ", but " + wider.capForbids("keeping all")
                : "";
        String message = "The confidence " + two(first.confidence()) + " is below " + two(options.widenFloor()) + ": "
                + how + ", " + more.kept().length + " tokens stay instead of " + chosen.kept().length + rest;
        // The floor was the guard's means; what settled the number is what did before.
        RatioReason reason = chosen.reason() == null ? RatioReason.COUNT : chosen.reason();
        TokenSelection kept = wider.widened() == Widened.FLOOR ? more.withReason(reason) : more;
        return done(Action.WIDENED, message, chosen, kept, first, then);
    }

    private GuardedSelection reported(
            Settlement settlement,
            TokenSelection answer,
            Function<TokenBudget, TokenSelection> ask,
            TokenSelection chosen,
            Confidence first) {
        boolean byThreshold = settlement.budget().count() == null && chosen.kind() == ScoreKind.LOGIT;
        String low = "The confidence " + two(first.confidence()) + " is below " + two(options.widenFloor());
        String message;
        if (settlement.most() >= settlement.alive()) {
            message = low + ", and "
                    + (byThreshold ? "a lower threshold would keep" : "the strategy keeps")
                    + " nothing more";
        } else {
            Settlement uncapped = settlement.uncapped();
            Confidence free = uncapped.confidence(byThreshold ? uncapped.again(answer, ask) : all(settlement, chosen));
            message = free != null && free.confidence() >= options.widenFloor()
                    ? low + " because of the cap, not of the selector: " + settlement.capForbids("more")
                            + "; raise glimpse.pruning.max-retention-ratio"
                    : low + ", and " + settlement.capForbids("keeping all") + "; the answer may miss something";
        }
        return done(Action.REPORTED, message, chosen, chosen, first, first);
    }

    private GuardedSelection skipped(Settlement settlement, TokenSelection chosen, Confidence first) {
        String message = "The confidence " + two(first.confidence()) + " is too low for a cut: nothing that was kept in"
                + " its place came up to " + two(options.skipFloor()) + ", so all " + settlement.alive()
                + " tokens stay instead of "
                + chosen.kept().length;
        TokenSelection all = all(settlement, chosen);
        Confidence of = Objects.requireNonNull(settlement.confidence(all));
        return done(Action.SKIPPED, message, chosen, all, first, of);
    }

    /** Every token, with the scores of a choice. */
    private static TokenSelection all(Settlement settlement, TokenSelection chosen) {
        int[] kept = IntStream.range(0, settlement.alive()).toArray();
        return new TokenSelection(
                kept, chosen.scores(), chosen.kind(), chosen.passedThreshold(), List.of(), null, Open.NOTHING);
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
}
