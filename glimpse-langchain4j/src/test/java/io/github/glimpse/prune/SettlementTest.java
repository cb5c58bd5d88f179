package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.GuardReport.Action;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.TokenSelection.Open;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every combination of numbers, answers and guards, beside the same written down naively. */
class SettlementTest {

    private static final PruningPoint POINT = PruningPoint.afterLayers(2);
    private static final ImageGrid FIRST = new ImageGrid(1, 2, 14, 1);
    private static final ImageGrid SECOND = new ImageGrid(2, 2, 14, 1);
    private static final List<ImageGrid> GRIDS = List.of(FIRST, SECOND);
    private static final int TOKENS = 6;
    // The corners of both images, counted through: the first image is a single row.
    private static final Map<Anchor, List<Integer>> CORNERS = Map.of(
            Anchor.TOP_LEFT, List.of(0, 2),
            Anchor.TOP_RIGHT, List.of(1, 3),
            Anchor.BOTTOM_LEFT, List.of(0, 4),
            Anchor.BOTTOM_RIGHT, List.of(1, 5));

    private static final int[][] ALIVE = {{0, 1, 2, 3, 4, 5}, {1, 2, 5}, {3}};
    private static final float[][] SCORES = {
        {0.6f, -0.2f, 0.6f, 3, -0.2f, -3},
        {-1, -1, -1, -1, -1, -1},
        {2, 0, 1, 0, 0.1f, 2},
    };
    private static final @Nullable Double[] THRESHOLDS = {null, 0.0, 0.45, 1.0};
    private static final @Nullable Double[] RATIOS = {null, 0.1, 0.5, 1.0};
    private static final @Nullable Double[] CAPS = {null, 0.1, 0.51, 1.0};
    private static final @Nullable Integer[] FLOORS = {null, 0, 3, 99};
    private static final List<Set<Anchor>> ANCHORS =
            List.of(Set.of(), Set.of(Anchor.TOP_LEFT), Set.of(Anchor.BOTTOM_RIGHT, Anchor.TOP_RIGHT));
    private static final List<GuardOptions> GUARDS = List.of(
            GuardOptions.off(), GuardOptions.on(), new GuardOptions(true, 1.0, 0.0), new GuardOptions(true, 1.0, 1.0));

    /** Numbers of one case; the floor of another step is what every step has to keep to. */
    private record Given(
            Open open,
            ScoreKind kind,
            float[] scores,
            int[] alive,
            @Nullable Double ratio,
            @Nullable Double threshold,
            @Nullable Double cap,
            @Nullable Integer floor,
            int otherFloor,
            Set<Anchor> anchors) {

        int floorOfAll() {
            return Math.max(floor == null ? 0 : floor, otherFloor);
        }

        int least() {
            // Nobody said a floor: one token stays.
            int said = floor == null ? Math.max(1, otherFloor) : floorOfAll();
            return Math.min(alive.length, said);
        }

        boolean isEverything() {
            return ratio != null && (floorOfAll() >= alive.length || (ratio >= 1 && (cap == null || cap >= 1)));
        }
    }

    /** A number of tokens, what settled it, and how many were wanted. */
    private record Naive(TreeSet<Integer> kept, @Nullable RatioReason reason) {}

    private static int wantedCount(Given given) {
        return Math.min(given.alive.length, Math.max(1, (int) (Objects.requireNonNull(given.ratio) * TOKENS)));
    }

    private static int cappedCount(Given given) {
        return given.cap == null
                ? given.alive.length
                : Math.min(given.alive.length, Math.max(1, (int) (given.cap * TOKENS)));
    }

    private static @Nullable Integer count(Given given) {
        return given.ratio == null
                ? null
                : Math.max(Math.min(wantedCount(given), cappedCount(given)), given.floorOfAll());
    }

    /** The strategy that leaves nothing open: a beginning of every other token first, as long as its budget says. */
    private static int[] own(int alive, @Nullable Integer count, int least, @Nullable Double threshold) {
        int stay = count != null
                ? count
                : Math.min(alive, Math.max(2, least) + (threshold != null && threshold < 0.4 ? 1 : 0));
        List<Integer> order = new ArrayList<>();
        IntStream.range(0, alive).filter(token -> token % 2 == 1).forEach(order::add);
        IntStream.range(0, alive).filter(token -> token % 2 == 0).forEach(order::add);
        return order.stream().limit(stay).mapToInt(Integer::intValue).sorted().toArray();
    }

    private static TokenSelection answer(Given given, TokenBudget told) {
        int alive = given.alive.length;
        return switch (given.open) {
            case NOTHING ->
                TokenSelection.scored(
                        own(alive, told.count(), told.least(alive), told.threshold()), given.scores, given.kind);
            case BOUNDS -> TokenSelection.wanted(2, given.scores, given.kind, RatioReason.MASS);
            case COUNT -> TokenSelection.byCount(given.scores, given.kind);
            case THRESHOLD -> TokenSelection.byThreshold(given.scores);
        };
    }

    private static Naive naive(
            Given given, @Nullable Integer count, @Nullable Double threshold, @Nullable Double cap, int least) {
        int alive = given.alive.length;
        RatioReason ofCount = RatioReason.COUNT;
        if (count != null && count != wantedCount(given)) {
            ofCount = count > wantedCount(given) ? RatioReason.FLOOR : RatioReason.CAP;
        }
        TreeSet<Integer> kept = new TreeSet<>();
        RatioReason reason;
        if (given.open == Open.NOTHING) {
            Arrays.stream(own(alive, count, least, threshold)).forEach(kept::add);
            reason = count == null ? RatioReason.COUNT : ofCount;
        } else {
            int wanted =
                    switch (given.open) {
                        case BOUNDS -> Math.min(2, alive);
                        case COUNT -> count;
                        default -> {
                            int above = 0;
                            for (float logit : given.scores) {
                                above += 1 / (1 + Math.exp(-logit)) > (threshold == null ? 0.5 : threshold) ? 1 : 0;
                            }
                            yield above;
                        }
                    };
            int stay = wanted;
            reason = given.open == Open.BOUNDS
                    ? RatioReason.MASS
                    : given.open == Open.COUNT ? RatioReason.COUNT : RatioReason.THRESHOLD;
            if (count != null && stay >= count) {
                stay = count;
                reason = ofCount;
            }
            if (count == null && cap != null && stay > cap * alive) {
                stay = (int) (cap * alive);
                reason = RatioReason.CAP;
            }
            if (stay < least) {
                stay = least;
                reason = RatioReason.FLOOR;
            }
            while (kept.size() < stay) {
                int best = -1;
                for (int token = 0; token < alive; token++) {
                    if (!kept.contains(token) && (best < 0 || given.scores[token] > given.scores[best])) {
                        best = token;
                    }
                }
                kept.add(best);
            }
        }
        for (Anchor anchor : given.anchors) {
            for (int corner : CORNERS.getOrDefault(anchor, List.of())) {
                for (int place = 0; place < alive; place++) {
                    if (given.alive[place] == corner) {
                        kept.add(place);
                    }
                }
            }
        }
        return new Naive(kept, reason);
    }

    private static @Nullable Double confidence(Given given, Set<Integer> kept, @Nullable Double threshold) {
        int[] places = kept.stream().mapToInt(Integer::intValue).toArray();
        return switch (given.kind) {
            case LOGIT ->
                Confidence.ofLogits(given.scores, places, threshold == null ? 0.5 : threshold)
                        .confidence();
            case SHARE -> Confidence.ofShares(given.scores, places).confidence();
            case VALUE -> null;
        };
    }

    /** What a guard makes of it. */
    private static Naive guarded(Given given, GuardOptions guard, Naive first, List<Action> action) {
        int alive = given.alive.length;
        Integer count = count(given);
        Double sure = confidence(given, first.kept, given.threshold);
        action.add(Action.NONE);
        if (!guard.isOn() || sure == null || sure >= guard.widenFloor() || first.kept.size() == alive) {
            return first;
        }
        int most = count != null ? cappedCount(given) : given.cap == null ? alive : (int) (given.cap * alive);
        Naive wider = first;
        Double widerThreshold = given.threshold;
        if (count == null && given.kind == ScoreKind.LOGIT) {
            widerThreshold = Math.max(0, (given.threshold == null ? 0.5 : given.threshold) - 0.1);
            wider = naive(given, null, widerThreshold, given.cap, given.least());
        } else {
            int kept = count == null ? first.kept.size() : Math.min(count, first.kept.size());
            int more = Math.min(most, Math.max(kept + 1, kept + kept / 2));
            if (more > kept && count != null) {
                wider = new Naive(
                        naive(given, more, given.threshold, given.cap, given.least()).kept, RatioReason.COUNT);
                // The guard's count is the wanted one.
                if (given.open == Open.BOUNDS && more > 2) {
                    wider = new Naive(wider.kept, given.least() > 2 ? RatioReason.FLOOR : RatioReason.MASS);
                }
            } else if (more > kept) {
                wider = new Naive(naive(given, null, given.threshold, given.cap, more).kept, first.reason);
            }
        }
        boolean widened = wider.kept.size() > first.kept.size();
        Double then = widened ? confidence(given, wider.kept, widerThreshold) : sure;
        action.clear();
        if (Objects.requireNonNull(then) < guard.skipFloor() && most >= alive) {
            action.add(Action.SKIPPED);
            return new Naive(new TreeSet<>(IntStream.range(0, alive).boxed().toList()), null);
        }
        action.add(widened ? Action.WIDENED : Action.REPORTED);
        return widened ? wider : first;
    }

    private static Cut cut(Given given) {
        EvidenceStrategy.Builder strategy = EvidenceStrategy.named("mine", POINT);
        if (given.ratio != null) {
            strategy.traits(StrategyTrait.USES_BUDGET);
        }
        TokenBounds bounds = new TokenBounds(given.ratio, given.threshold, given.cap, given.floor, given.anchors);
        return new Cut(
                POINT,
                "mine",
                strategy.choosing((evidence, told) -> answer(given, told)),
                new TokenBudget(bounds, null));
    }

    private static Cut floorOf(int tokens) {
        EvidenceStrategy other = EvidenceStrategy.named("other", PruningPoint.vision())
                .choosing((evidence, told) -> TokenSelection.all(1));
        return new Cut(PruningPoint.vision(), "other", other, new TokenBudget(null, null, tokens, null));
    }

    private static void check(Given given) {
        Cut cut = cut(given);
        List<Cut> cuts = given.otherFloor == 0 ? List.of(cut) : List.of(floorOf(given.otherFloor), cut);
        Settlement settlement = Settlement.of(cut, Settlement.everywhere(cuts), GRIDS, TOKENS, given.alive);
        require(settlement.isEverything() == given.isEverything(), given);
        if (given.isEverything()) {
            return;
        }
        Integer count = count(given);
        require(Objects.equals(settlement.budget().count(), count), given);
        TokenSelection answer = answer(given, settlement.budget());
        TokenSelection settled = settlement.settle(answer);
        Naive expected = naive(given, count, given.threshold, given.cap, given.least());
        same(given, "settled", settled, expected);
        for (GuardOptions guard : given.kind == ScoreKind.VALUE ? GUARDS.subList(1, 2) : GUARDS) {
            List<Action> action = new ArrayList<>();
            Naive kept = guarded(given, guard, expected, action);
            GuardedSelection guarded = new SelectionGuard(guard).check(settlement, answer, told -> answer(given, told));
            require(guarded.guard().action() == action.get(0), given);
            same(given, guard, guarded.selection(), kept);
            require(guarded.guard().keptBefore() == expected.kept.size(), given);
            require(guarded.guard().keptAfter() == kept.kept.size(), given);
        }
    }

    private static void same(Given given, Object what, TokenSelection selection, Naive expected) {
        int[] kept = expected.kept.stream().mapToInt(Integer::intValue).toArray();
        if (!Arrays.equals(selection.kept(), kept) || selection.reason() != expected.reason) {
            throw new AssertionError(what + " of " + given + " is " + Arrays.toString(selection.kept()) + " "
                    + selection.reason() + ", not " + expected);
        }
        require(selection.open() == Open.NOTHING, given);
    }

    /** Without a library's assertion, which would take most of the time. */
    private static void require(boolean holds, Given given) {
        if (!holds) {
            throw new AssertionError(given.toString());
        }
    }

    @Test
    void aRatioOfWhatIsAliveIsRoundedUpAndTheCapStillCountsAllTokens() {
        assertThat(countOfAlive(0.4, null, 6)).isEqualTo(3);
        assertThat(countOfAlive(0.4, null, 3)).isEqualTo(2);
        assertThat(countOfAlive(0.9, null, 1)).isEqualTo(1);
        assertThat(countOfAlive(0.9, 0.34, 3)).isEqualTo(2);
    }

    private static @Nullable Integer countOfAlive(double ratio, @Nullable Double cap, int alive) {
        EvidenceStrategy strategy = EvidenceStrategy.named("mine", POINT)
                .traits(StrategyTrait.USES_BUDGET, StrategyTrait.RATIO_OF_ALIVE)
                .choosing((evidence, told) -> TokenSelection.all(alive));
        TokenBudget budget = new TokenBudget(new TokenBounds(ratio, null, cap, null, null), null);
        int[] left = IntStream.range(0, alive).toArray();
        return Settlement.of(new Cut(POINT, "mine", strategy, budget), TokenBounds.unset(), GRIDS, TOKENS, left)
                .budget()
                .count();
    }

    @ParameterizedTest
    @EnumSource
    void everyCombinationIsAsWrittenDownNaively(Open open) {
        int cases = 0;
        for (ScoreKind kind : open == Open.THRESHOLD ? EnumSet.of(ScoreKind.LOGIT) : EnumSet.allOf(ScoreKind.class)) {
            for (float[] all : SCORES) {
                for (int[] alive : ALIVE) {
                    float[] scores = new float[alive.length];
                    for (int i = 0; i < scores.length; i++) {
                        // Shares of attention are not below 0.
                        scores[i] = kind == ScoreKind.SHARE ? all[alive[i]] + 3 : all[alive[i]];
                    }
                    cases += numbers(open, kind, scores, alive);
                }
            }
        }
        assertThat(cases).isGreaterThan(5_000);
    }

    private static int numbers(Open open, ScoreKind kind, float[] scores, int[] alive) {
        int cases = 0;
        for (Double ratio : RATIOS) {
            if (open == Open.COUNT && ratio == null) {
                continue;
            }
            for (Double threshold : kind == ScoreKind.LOGIT ? THRESHOLDS : new Double[] {null}) {
                for (Double cap : CAPS) {
                    for (Integer floor : FLOORS) {
                        for (int otherFloor : new int[] {0, 2}) {
                            for (Set<Anchor> anchors : ANCHORS) {
                                check(new Given(
                                        open, kind, scores, alive, ratio, threshold, cap, floor, otherFloor, anchors));
                                cases++;
                            }
                        }
                    }
                }
            }
        }
        return cases;
    }

    @ParameterizedTest
    @EnumSource
    void aScoreThatIsNoNumberIsRefusedWhereverItStands(Open open) {
        for (int place = 0; place < TOKENS; place++) {
            float[] scores = SCORES[2].clone();
            scores[place] = Float.NaN;
            ScoreKind kind = open == Open.THRESHOLD ? ScoreKind.LOGIT : ScoreKind.SHARE;
            Given given = new Given(open, kind, scores, ALIVE[0], 0.5, null, null, null, 0, Set.of());
            Settlement settlement = Settlement.of(cut(given), TokenBounds.unset(), GRIDS, TOKENS, ALIVE[0]);

            assertThatThrownBy(() -> settlement.settle(answer(given, settlement.budget())))
                    .isInstanceOf(NonFiniteNumbersException.class)
                    .hasMessageContainingAll("'mine'", "image token " + place + " of 6");
        }
    }

    @Test
    void probabilitiesAreComparedInFloat32() {
        // In float64 the threshold lies below the probability, in float32 it is the same number.
        float[] logits = {0.3f, -9, -9, -9, -9, -9};
        double threshold = Math.nextDown((double) KeepRule.probability(logits[0]));

        assertThat(alone(new TokenBudget(threshold, null, 0, null))
                        .settle(TokenSelection.byThreshold(logits))
                        .kept())
                .isEmpty();
    }

    @Test
    void aShareThatIsJustTheCapIsNotAboveIt() {
        // 0.29 * 100 is 28.999… in float64: the reference compares the share, and cuts to the smaller number only above
        // it.
        float[] logits = new float[100];
        Arrays.fill(logits, -1);
        Arrays.fill(logits, 10, 39, 1);
        TokenBudget budget = new TokenBudget(null, 0.29, null, null);
        int[] alive = IntStream.range(0, 100).toArray();
        Settlement settlement =
                Settlement.of("mine", budget, budget.bounds(), List.of(new ImageGrid(10, 10, 14, 1)), alive);

        assertThat(settlement.settle(TokenSelection.byThreshold(logits)).kept()).hasSize(29);
        logits[50] = 1;
        assertThat(settlement.settle(TokenSelection.byThreshold(logits)).kept()).hasSize(28);
    }

    @Test
    void tokensThatThereAreNotAreRefused() {
        Settlement settlement = alone(new TokenBudget(null, null, null, null));

        assertThatThrownBy(() -> settlement.settle(TokenSelection.of(new int[] {2, 6})))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("'mine'", "kept token 6 as number 1", "below 6");
        assertThatThrownBy(() -> settlement.settle(TokenSelection.of(new int[] {2, 2})))
                .hasMessageContaining("kept token 2 as number 1");
        assertThatThrownBy(() -> settlement.settle(TokenSelection.byThreshold(new float[5])))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("scored 5 of 6 tokens");
        assertThatThrownBy(() -> settlement.settle(TokenSelection.byCount(new float[6], ScoreKind.VALUE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The step has no count");
    }

    @Test
    void whatIsNotSetIsTheStrategysOwn() {
        TokenBounds module = new TokenBounds(null, 0.9, 0.34, 0, Set.of(Anchor.TOP_LEFT));
        TokenBudget said = new TokenBudget(0.4, null, null, null);
        Settlement settlement = Settlement.of("mine", said, said.bounds().orElse(module), GRIDS, ALIVE[0]);

        TokenSelection settled = settlement.settle(TokenSelection.byThreshold(new float[] {-9, 0, 0, 0, -9, -9}));

        assertThat(settlement.budget()).isEqualTo(said);
        assertThat(settled.passedThreshold()).isEqualTo(3);
        assertThat(settled.reason()).isEqualTo(RatioReason.CAP);
        assertThat(settled.kept()).as("two by the cap, and two corners").containsExactly(0, 1, 2);
    }

    private static Settlement alone(TokenBudget budget) {
        return Settlement.of("mine", budget, budget.bounds(), GRIDS, ALIVE[0]);
    }
}
