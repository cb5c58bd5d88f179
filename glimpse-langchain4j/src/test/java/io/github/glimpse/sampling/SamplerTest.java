package io.github.glimpse.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.glimpse.NonFiniteNumbersException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SamplerTest {

    private static final float[] LOGITS = {1, 3, 2, 3, -1};

    @Test
    void greedyTakesTheLowestIdOnATie() {
        assertThat(sampler(numbers()).next(LOGITS.clone())).isEqualTo(1);
    }

    @Test
    void repetitionPenaltySeesThePromptAndDividesOrMultipliesOnce() {
        Sampler sampler = new Sampler(numbers().repetitionPenalty(2.0).build(), new int[] {1, 1, 4}, 5);
        float[] logits = LOGITS.clone();
        assertThat(sampler.next(logits)).isEqualTo(3);
        assertThat(logits).containsExactly(1f, 1.5f, 2f, 3f, -2f);
    }

    @Test
    void presenceAndFrequencyPenaltySeeTheAnswerOnly() {
        Sampler sampler =
                new Sampler(numbers().presencePenalty(0.5).frequencyPenalty(1.0).build(), new int[] {1}, 5);
        assertThat(sampler.next(LOGITS.clone())).isEqualTo(1);
        assertThat(sampler.next(LOGITS.clone())).isEqualTo(3);
        float[] third = LOGITS.clone();
        assertThat(sampler.next(third)).isEqualTo(2);
        assertThat(third[1]).isEqualTo(1.5f);
    }

    @Test
    void tellsTheLikelihoodOfItsTokensBeforePenalties() {
        Sampler sampler = new Sampler(numbers().repetitionPenalty(100.0).build(), new int[] {1}, 2);
        assertThat(sampler.next(new float[] {0, (float) Math.log(3)})).isEqualTo(1);
        assertThat(sampler.likelihoods().leastProbability()).isCloseTo(0.75, within(1e-7));
        assertThat(sampler.next(new float[] {(float) Math.log(0.5), 0})).isEqualTo(1);
        assertThat(sampler.likelihoods().leastProbability()).isCloseTo(2 / 3.0, within(1e-7));
        assertThat(sampler.likelihoods().sequenceProbability()).isCloseTo(0.5, within(1e-7));
        assertThat(sampler.likelihoods().meanProbability()).isCloseTo(Math.sqrt(0.5), within(1e-7));
    }

    @Test
    void takesWhatIsForbiddenAndLargeScoresIntoAccount() {
        Sampler sampler = sampler(numbers());
        sampler.next(new float[] {Float.NEGATIVE_INFINITY, 1e4f, Float.NEGATIVE_INFINITY, 1e4f, -1e4f});
        assertThat(sampler.likelihoods().leastProbability()).isCloseTo(0.5, within(1e-10));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void refusesWhatIsNoNumberAndSaysWhichWordItWasFor(float[] logits, String finding) {
        Sampler sampler = sampler(numbers().temperature(0.5).topK(2));
        sampler.next(LOGITS.clone());

        assertThatThrownBy(() -> sampler.next(logits))
                .isInstanceOf(NonFiniteNumbersException.class)
                .hasMessageContaining("word 2 of the answer")
                .hasMessageContaining(finding);
    }

    static Stream<Arguments> broken() {
        float forbidden = Float.NEGATIVE_INFINITY;
        return Stream.of(
                arguments(new float[] {1, 3, Float.NaN, 3, -1}, "1 of 5 are NaN and 0 infinite"),
                arguments(new float[] {forbidden, Float.NaN, forbidden, 0, 0}, "1 of 5 are NaN and 0 infinite"),
                arguments(new float[] {1, 3, Float.POSITIVE_INFINITY, 3, -1}, "0 of 5 are NaN and 1 infinite"),
                arguments(new float[] {forbidden, forbidden, forbidden, forbidden, forbidden}, "all 5 are minus"));
    }

    @Test
    void theLargestFloatsAreNumbers() {
        Sampler sampler = sampler(numbers());
        assertThat(sampler.next(new float[] {-Float.MAX_VALUE, Float.MAX_VALUE, 0, 0, 0}))
                .isEqualTo(1);
        assertThat(sampler.likelihoods().leastProbability()).isEqualTo(1);
    }

    @Test
    void theSameSeedGivesTheSameTokens() {
        assertThat(draws(numbers().temperature(1.5).seed(7L), 50))
                .isEqualTo(draws(numbers().temperature(1.5).seed(7L), 50));
        assertThat(draws(numbers().temperature(1.5).seed(7L), 50))
                .isNotEqualTo(draws(numbers().temperature(1.5).seed(8L), 50));
    }

    @Test
    void drawsFollowTheSoftmaxOfTheScores() {
        Map<Integer, Double> shares = shares(numbers().temperature(2.0).seed(1L));
        double sum = IntStream.range(0, LOGITS.length)
                .mapToDouble(id -> Math.exp(LOGITS[id] / 2))
                .sum();
        for (int id = 0; id < LOGITS.length; id++) {
            assertThat(shares.get(id))
                    .isCloseTo(Math.exp(LOGITS[id] / 2) / sum, org.assertj.core.data.Offset.offset(0.02));
        }
    }

    @Test
    void topKLeavesTheLikeliestWithTiesByTheLowerId() {
        assertThat(shares(numbers().temperature(1.0).topK(1).seed(1L))).containsOnlyKeys(1);
        assertThat(shares(numbers().temperature(1.0).topK(3).seed(1L))).containsOnlyKeys(1, 2, 3);
    }

    @Test
    void topPLeavesTheFewestThatReachTheShare() {
        // softmax: 0.054, 0.397, 0.146, 0.397, 0.007
        assertThat(shares(numbers().temperature(1.0).topP(0.39).seed(1L))).containsOnlyKeys(1);
        assertThat(shares(numbers().temperature(1.0).topP(0.9).seed(1L))).containsOnlyKeys(1, 2, 3);
    }

    @Test
    void minPDropsWhatIsUnlikelyBesideTheLikeliest() {
        assertThat(shares(numbers().temperature(1.0).minP(0.3).seed(1L))).containsOnlyKeys(1, 2, 3);
        assertThat(shares(numbers().temperature(1.0).minP(1.0).seed(1L))).containsOnlyKeys(1, 3);
    }

    private static Map<Integer, Double> shares(Numbers options) {
        int count = 20_000;
        return Arrays.stream(draws(options, count))
                .boxed()
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
                .entrySet()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue() / (double) count));
    }

    private static int[] draws(Numbers options, int count) {
        Sampler sampler = sampler(options);
        return IntStream.range(0, count).map(i -> sampler.next(LOGITS.clone())).toArray();
    }

    /** The whole order made each time, as it was before only the likeliest were put in order. */
    private static int referenceToken(SamplingNumbers numbers, float[] logits, SplittableRandom random) {
        List<Integer> order = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparing((Integer id) -> logits[id])
                        .reversed()
                        .thenComparing(id -> id))
                .limit(numbers.topK() == 0 ? logits.length : numbers.topK())
                .toList();
        double[] weights = order.stream()
                .mapToDouble(id -> Math.exp((logits[id] - logits[order.get(0)]) / numbers.temperature()))
                .toArray();
        double goal = numbers.topP() * Arrays.stream(weights).sum();
        double reached = 0;
        int kept = 0;
        while (kept < weights.length && (kept == 0 || reached < goal)) {
            reached += weights[kept++];
        }
        double sum = 0;
        for (int rank = 0; rank < kept; rank++) {
            weights[rank] = weights[rank] < numbers.minP() * weights[0] ? 0 : weights[rank];
            sum += weights[rank];
        }
        double left = random.nextDouble() * sum;
        int last = 0;
        for (int rank = 0; rank < kept && left >= 0; rank++) {
            last = weights[rank] > 0 ? rank : last;
            left -= weights[rank];
        }
        return order.get(last);
    }

    @Test
    void everySeedGivesTheTokenThatTheWholeOrderGives() {
        Random random = new Random(11);
        for (int round = 0; round < 400; round++) {
            int size = 1 + random.nextInt(5_000);
            // Peaks of some width, and many ties
            double width = 0.2 + 8 * random.nextDouble();
            int steps = random.nextInt(3) == 0 ? 4 : 100_000;
            float[] logits = new float[size];
            for (int id = 0; id < size; id++) {
                logits[id] = (float) (Math.round(width * random.nextGaussian() * steps) / (double) steps);
            }
            long seed = random.nextLong();
            Numbers drawn = numbers()
                    .temperature(0.1 + 2 * random.nextDouble())
                    .topP(random.nextInt(4) == 0 ? 0.9999 : random.nextDouble())
                    .topK(random.nextInt(3) == 0 ? 1 + random.nextInt(size) : 0)
                    .minP(random.nextInt(3) == 0 ? random.nextDouble() : 0)
                    .seed(seed);
            SamplingNumbers numbers = drawn.build();
            int expected = referenceToken(numbers, logits, new SplittableRandom(seed));
            assertThat(new Sampler(numbers, new int[0], size).next(logits.clone()))
                    .as("%s of %d", numbers, size)
                    .isEqualTo(expected);
        }
    }

    private static Sampler sampler(Numbers options) {
        return new Sampler(options.build(), new int[0], LOGITS.length);
    }

    private static Numbers numbers() {
        return new Numbers();
    }

    /** Greedy, and what is said. */
    private static final class Numbers {

        private double temperature;
        private int topK;
        private double topP = 1;
        private double minP;
        private double repetition = 1;
        private double presence;
        private double frequency;
        private @Nullable Long seed;

        Numbers temperature(double value) {
            temperature = value;
            return this;
        }

        Numbers topK(int value) {
            topK = value;
            return this;
        }

        Numbers topP(double value) {
            topP = value;
            return this;
        }

        Numbers minP(double value) {
            minP = value;
            return this;
        }

        Numbers repetitionPenalty(double value) {
            repetition = value;
            return this;
        }

        Numbers presencePenalty(double value) {
            presence = value;
            return this;
        }

        Numbers frequencyPenalty(double value) {
            frequency = value;
            return this;
        }

        Numbers seed(long value) {
            seed = value;
            return this;
        }

        SamplingNumbers build() {
            return new SamplingNumbers(temperature, topK, topP, minP, repetition, presence, frequency, seed);
        }
    }

    @Test
    void aSumThatIsKnownIsNotTakenAgain() {
        float[] logits = {0, (float) Math.log(3)};
        Sampler sampler = new Sampler(numbers().build(), new int[0], 2);

        assertThat(sampler.next(logits.clone(), Math.log(4))).isEqualTo(1);
        assertThat(sampler.logProbability()).isCloseTo(Math.log(0.75), within(1e-6));
        sampler.next(logits.clone(), Math.log(8));
        assertThat(sampler.logProbability()).isCloseTo(Math.log(0.375), within(1e-6));
        sampler.next(logits.clone(), Double.NaN);
        assertThat(sampler.logProbability()).isCloseTo(Math.log(0.75), within(1e-6));
    }
}
