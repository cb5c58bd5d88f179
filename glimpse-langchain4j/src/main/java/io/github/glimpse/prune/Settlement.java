package io.github.glimpse.prune;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.TokenSelection.Open;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Settles how many tokens stay at one step, and which: count, threshold, cap, floor and anchors, and how far the guard may go
 * beyond them. A strategy ranks or picks; what its answer leaves {@link Open} is settled here and nowhere else. Plain arithmetic
 * on scores.
 *
 * <p>Of what is open the best tokens stay, by {@link Ranking}. So many of them:
 *
 * <ol>
 *   <li>With a count, what it says, or what the strategy wants if that is fewer.
 *   <li>Without one, what the strategy wants or what is strictly above the threshold. If that share of the tokens is above the cap,
 *       {@code (int) (cap * tokens)}.
 *   <li>Never fewer than the floor, whatever count and cap say; a floor above the number of tokens keeps all.
 *   <li>Anchors stay besides and may exceed the cap.
 * </ol>
 *
 * <p>Probabilities are compared in float32, as in GlimpsePrune's code; tokens are ranked by logit, since probabilities reach
 * 1.0 in float32 and would tie. Immutable.
 *
 * @see <a href="https://arxiv.org/abs/2508.01548">GlimpsePrune, section 3.3</a>
 */
public final class Settlement {

    private static final double LOWER_THRESHOLD = 0.1;
    private static final double MORE = 1.5;

    /** Which of the numbers was made wider than it was said. */
    enum Widened {
        NOTHING,
        COUNT,
        THRESHOLD,
        FLOOR
    }

    /**
     * The tokens that there are.
     *
     * @param tokens before any step, which a count is a share of
     * @param alive numbers of those that are left, rising
     * @param floor of all steps
     */
    @SuppressWarnings("ArrayRecordComponent") // read only, never compared
    private record Place(String strategy, List<ImageGrid> grids, int tokens, int[] alive, int floor) {}

    private final Place place;
    private final TokenBudget budget;
    private final TokenBounds bounds;
    private final RatioReason countReason;
    private final Widened widened;

    /**
     * Settles by these numbers.
     *
     * @param budget what the strategy is told
     * @param bounds what applies: the same, with the strategy's own numbers where nothing is said
     * @param countReason what settled the count
     */
    private Settlement(Place place, TokenBudget budget, TokenBounds bounds, RatioReason countReason, Widened widened) {
        this.place = place;
        this.budget = budget;
        this.bounds = bounds;
        this.countReason = countReason;
        this.widened = widened;
    }

    /**
     * Of a step.
     *
     * @param everywhere floor and anchors that hold at all steps of its schedule
     * @param grids grids of the images that are decided together
     * @param tokens how many tokens these images had before any step
     * @param alive numbers, among those grids' tokens, of the tokens that are alive, rising
     */
    public static Settlement of(Cut cut, TokenBounds everywhere, List<ImageGrid> grids, int tokens, int[] alive) {
        int floor = Objects.requireNonNullElse(everywhere.minTokens(), 0);
        Place place = new Place(cut.name(), grids, tokens, alive, floor);
        TokenBounds settled = cut.strategy().settled(cut.budget()).bounds();
        TokenBounds given = agreed(cut.budget().bounds(), settled, everywhere);
        TokenBounds bounds = agreed(settled, settled, everywhere);
        if (!cut.strategy().traits(cut.at()).contains(StrategyTrait.USES_BUDGET)) {
            return new Settlement(
                    place, new TokenBudget(given, cut.budget().count()), bounds, RatioReason.COUNT, Widened.NOTHING);
        }
        double ratio = Objects.requireNonNull(given.retentionRatio());
        int wanted = cut.strategy().traits(cut.at()).contains(StrategyTrait.RATIO_OF_ALIVE)
                ? Math.min(alive.length, (int) Math.ceil(ratio * alive.length))
                : count(ratio, tokens, alive.length);
        Double cap = given.maxRetentionRatio();
        int allowed = cap == null ? wanted : Math.min(wanted, count(cap, tokens, alive.length));
        int count = Math.max(allowed, floor);
        RatioReason reason = count > wanted ? RatioReason.FLOOR : count < wanted ? RatioReason.CAP : RatioReason.COUNT;
        return new Settlement(place, new TokenBudget(given, count), bounds, reason, Widened.NOTHING);
    }

    /**
     * Of a budget outside a schedule.
     *
     * @param settled the numbers that apply for it, see {@link PruningStrategy#settled}
     */
    public static Settlement of(
            String strategy, TokenBudget budget, TokenBounds settled, List<ImageGrid> grids, int[] alive) {
        Place place = new Place(strategy, grids, alive.length, alive, 0);
        return new Settlement(place, budget, settled, RatioReason.COUNT, Widened.NOTHING);
    }

    /**
     * Most tokens that stay at a step by its numbers, whatever is on the pictures.
     *
     * @param everywhere floor and anchors that hold at all steps of its schedule
     * @param grids grids of the images
     * @param tokens how many tokens these images had before any step
     * @param alive how many of those grids' tokens are alive, at most
     * @param guarded whether a guard may keep more, up to the cap
     */
    public static int mostKept(
            Cut cut, TokenBounds everywhere, List<ImageGrid> grids, int tokens, int alive, boolean guarded) {
        Settlement settlement =
                of(cut, everywhere, grids, tokens, IntStream.range(0, alive).toArray());
        Integer count = settlement.budget.count();
        int most = count == null || guarded ? settlement.most() : Math.min(count, settlement.most());
        int least = Math.max(least(settlement.bounds, alive), settlement.place.floor());
        Set<Anchor> anchors = Objects.requireNonNullElse(settlement.bounds.anchors(), Set.of());
        int besides = grids.size() * (anchors.size() + cut.strategy().sliceFloor());
        return Math.min(alive, Math.max(most, least) + besides);
    }

    /** Floor and anchors of all steps. They hold at each: what an earlier one drops, no later one can keep. */
    static TokenBounds everywhere(List<Cut> cuts) {
        Integer floor = null;
        Set<Anchor> anchors = EnumSet.noneOf(Anchor.class);
        for (Cut cut : cuts) {
            TokenBounds settled = cut.strategy().settled(cut.budget()).bounds();
            if (settled.minTokens() != null) {
                floor = Math.max(settled.minTokens(), floor == null ? 0 : floor);
            }
            anchors.addAll(Objects.requireNonNullElse(settled.anchors(), Set.of()));
        }
        return TokenBounds.unset().withMinTokens(floor).withAnchors(anchors.isEmpty() ? null : anchors);
    }

    private static TokenBounds agreed(TokenBounds numbers, TokenBounds settled, TokenBounds everywhere) {
        Integer floor = everywhere.minTokens();
        boolean higher = floor != null
                && floor > Objects.requireNonNullElse(settled.minTokens(), TokenBudget.DEFAULT_MIN_TOKENS);
        return numbers.withMinTokens(higher ? floor : numbers.minTokens())
                .withAnchors(everywhere.anchors() != null ? everywhere.anchors() : numbers.anchors());
    }

    /** Tokens that a share leaves: {@code (int) (ratio * tokens)}, at least 1, at most those alive. */
    static int count(double ratio, int tokens, int alive) {
        return Math.min(alive, Math.max(1, (int) (ratio * tokens)));
    }

    /** Tokens that the floor wants kept. */
    static int least(TokenBounds bounds, int alive) {
        return Math.min(alive, Objects.requireNonNullElse(bounds.minTokens(), TokenBudget.DEFAULT_MIN_TOKENS));
    }

    /** Tokens that the cap leaves of those alive. */
    static int most(TokenBounds bounds, int alive) {
        return bounds.maxRetentionRatio() == null ? alive : (int) (bounds.maxRetentionRatio() * alive);
    }

    /** What the strategy is told. */
    public TokenBudget budget() {
        return budget;
    }

    /** Whether the numbers let every token stay without the strategy being asked: only where there is a count. */
    public boolean isEverything() {
        Double share = budget.bounds().share();
        return budget.count() != null && (place.floor() >= alive() || (share != null && share >= 1));
    }

    /**
     * What stays by a strategy's answer.
     *
     * @throws IllegalStateException if it kept tokens that there are not, or scored others
     * @throws io.github.glimpse.NonFiniteNumbersException if a score is not a number
     */
    public TokenSelection settle(TokenSelection answer) {
        check(answer);
        return withAnchors(answer.open() == Open.NOTHING ? counted(answer) : bounded(answer));
    }

    private TokenSelection counted(TokenSelection answer) {
        return budget.count() == null || countReason == RatioReason.COUNT ? answer : answer.withReason(countReason);
    }

    private TokenSelection bounded(TokenSelection answer) {
        float[] scores = Objects.requireNonNull(answer.scores());
        int wanted = wanted(answer, scores);
        int count = wanted;
        RatioReason reason = answer.reason();
        if (budget.count() != null) {
            if (wanted >= budget.count()) {
                count = budget.count();
                reason = countReason;
            }
        } else if (bounds.maxRetentionRatio() != null && (double) wanted / scores.length > bounds.maxRetentionRatio()) {
            count = most(bounds, scores.length);
            reason = RatioReason.CAP;
        }
        int least = least(bounds, scores.length);
        if (count < least) {
            count = least;
            reason = RatioReason.FLOOR;
        }
        int[] kept = answer.open() == Open.BOUNDS && count == wanted
                ? answer.kept()
                : Ranking.rising(Ranking.best(scores, count, place.strategy()));
        return answer.settled(kept, wanted, reason);
    }

    private int wanted(TokenSelection answer, float[] scores) {
        return switch (answer.open()) {
            case NOTHING, BOUNDS -> answer.kept().length;
            case COUNT -> budget.requireCount();
            case THRESHOLD -> {
                int passed = 0;
                for (float logit : scores) {
                    passed += KeepRule.probability(logit) > (float) threshold() ? 1 : 0;
                }
                yield passed;
            }
        };
    }

    private TokenSelection withAnchors(TokenSelection chosen) {
        Set<Anchor> anchors = Objects.requireNonNullElse(bounds.anchors(), Set.of());
        int[] kept = IntStream.concat(
                        Arrays.stream(chosen.kept()),
                        Arrays.stream(Anchor.placesOf(anchors, place.grids(), place.alive())))
                .sorted()
                .distinct()
                .toArray();
        return kept.length == chosen.kept().length ? chosen : chosen.withKept(kept);
    }

    private void check(TokenSelection answer) {
        int tokens = alive();
        int[] kept = answer.kept();
        for (int i = 0; i < kept.length; i++) {
            if (kept[i] < (i == 0 ? 0 : kept[i - 1] + 1) || kept[i] >= tokens) {
                throw new IllegalStateException("The pruning strategy '" + place.strategy() + "' kept token " + kept[i]
                        + " as number " + i + "; they must rise and be below " + tokens);
            }
        }
        if (answer.scores() != null) {
            Ranking.requireNumbers(answer.scores(), place.strategy());
        }
        if (answer.open() != Open.NOTHING && (answer.scores() == null || answer.scores().length != tokens)) {
            throw new IllegalStateException("The pruning strategy '" + place.strategy() + "' left to its scores what"
                    + " stays, and scored " + (answer.scores() == null ? 0 : answer.scores().length) + " of " + tokens
                    + " tokens; give a score for each");
        }
    }

    /** How sure a choice is, null if its scores do not say. */
    @Nullable
    Confidence confidence(TokenSelection chosen) {
        float[] scores = chosen.scores();
        if (scores == null || scores.length == 0) {
            return null;
        }
        return switch (chosen.kind()) {
            case LOGIT -> Confidence.ofLogits(scores, chosen.kept(), threshold());
            case SHARE -> Confidence.ofShares(scores, chosen.kept());
            case VALUE -> null;
        };
    }

    /**
     * The next wider one: half as many tokens again where there is a count, else a lower threshold, or for scores that are no
     * logits a floor of half as many again. Never beyond the cap: then it is this one.
     */
    Settlement wider(TokenSelection chosen) {
        if (budget.count() == null && chosen.kind() == ScoreKind.LOGIT) {
            double lower = Math.max(0, threshold() - LOWER_THRESHOLD);
            return with(numbers -> numbers.withThreshold(lower), null, Widened.THRESHOLD);
        }
        // Anchors that were kept besides a count are kept besides the wider one too.
        int kept = budget.count() == null ? chosen.kept().length : Math.min(budget.count(), chosen.kept().length);
        int more = Math.min(most(), Math.max(kept + 1, (int) (MORE * kept)));
        if (more <= kept) {
            return this;
        }
        return budget.count() == null
                ? with(numbers -> numbers.withMinTokens(more), null, Widened.FLOOR)
                : with(numbers -> numbers, more, Widened.COUNT);
    }

    /** Without the cap. */
    Settlement uncapped() {
        return with(numbers -> numbers.withMaxRetentionRatio(1.0), budget.count(), Widened.NOTHING);
    }

    private Settlement with(Function<TokenBounds, TokenBounds> change, @Nullable Integer count, Widened what) {
        return new Settlement(
                place,
                new TokenBudget(change.apply(budget.bounds()), count),
                change.apply(bounds),
                RatioReason.COUNT,
                what);
    }

    /**
     * What stays by these numbers after others: by the same answer if it left open what has changed, else the strategy is asked
     * again.
     *
     * @param ask lets the strategy choose by other numbers
     */
    TokenSelection again(TokenSelection answer, Function<TokenBudget, TokenSelection> ask) {
        boolean isOpen =
                switch (answer.open()) {
                    case NOTHING -> false;
                    case BOUNDS -> widened == Widened.NOTHING || widened == Widened.FLOOR;
                    case COUNT, THRESHOLD -> true;
                };
        return settle(isOpen ? answer : ask.apply(budget));
    }

    /** Which number is wider than it was said. */
    Widened widened() {
        return widened;
    }

    /** The threshold that applies. */
    double threshold() {
        return Objects.requireNonNullElse(bounds.threshold(), TokenBudget.DEFAULT_THRESHOLD);
    }

    /** Most tokens that the cap lets stay. */
    int most() {
        return budget.count() == null || bounds.maxRetentionRatio() == null
                ? most(bounds, alive())
                : count(bounds.maxRetentionRatio(), place.tokens(), alive());
    }

    /** Tokens that are left before the step. */
    int alive() {
        return place.alive().length;
    }

    /** Says in words what the cap leaves. */
    String capForbids(String what) {
        return "max-retention-ratio " + bounds.maxRetentionRatio() + " lets " + most() + " of "
                + (budget.count() == null ? alive() : place.tokens()) + " tokens stay and forbids " + what;
    }
}
