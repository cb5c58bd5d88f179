package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.glimpse.NonFiniteNumbersException;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SamplerTest {

    private static final float[] LOGITS = {1, 3, 2, 3, -1};

    @Test
    void greedyTakesTheLowestIdOnATie() {
        assertThat(sampler(GenerationOptions.builder()).next(LOGITS.clone())).isEqualTo(1);
    }

    @Test
    void repetitionPenaltySeesThePromptAndDividesOrMultipliesOnce() {
        Sampler sampler =
                new Sampler(GenerationOptions.builder().repetitionPenalty(2.0).build(), new int[] {1, 1, 4}, 5);
        float[] logits = LOGITS.clone();
        assertThat(sampler.next(logits)).isEqualTo(3);
        assertThat(logits).containsExactly(1f, 1.5f, 2f, 3f, -2f);
    }

    @Test
    void presenceAndFrequencyPenaltySeeTheAnswerOnly() {
        Sampler sampler = new Sampler(
                GenerationOptions.builder()
                        .presencePenalty(0.5)
                        .frequencyPenalty(1.0)
                        .build(),
                new int[] {1},
                5);
        assertThat(sampler.next(LOGITS.clone())).isEqualTo(1);
        assertThat(sampler.next(LOGITS.clone())).isEqualTo(3);
        float[] third = LOGITS.clone();
        assertThat(sampler.next(third)).isEqualTo(2);
        assertThat(third[1]).isEqualTo(1.5f);
    }

    @Test
    void tellsTheLikelihoodOfItsTokensBeforePenalties() {
        Sampler sampler =
                new Sampler(GenerationOptions.builder().repetitionPenalty(100.0).build(), new int[] {1}, 2);
        assertThat(sampler.next(new float[] {0, (float) Math.log(3)})).isEqualTo(1);
        assertThat(sampler.likelihood().leastProbability()).isCloseTo(0.75, within(1e-7));
        assertThat(sampler.next(new float[] {(float) Math.log(0.5), 0})).isEqualTo(1);
        assertThat(sampler.likelihood().leastProbability()).isCloseTo(2 / 3.0, within(1e-7));
        assertThat(sampler.likelihood().sequenceProbability()).isCloseTo(0.5, within(1e-7));
    }

    @Test
    void takesWhatIsForbiddenAndLargeScoresIntoAccount() {
        Sampler sampler = sampler(GenerationOptions.builder());
        sampler.next(new float[] {Float.NEGATIVE_INFINITY, 1e4f, Float.NEGATIVE_INFINITY, 1e4f, -1e4f});
        assertThat(sampler.likelihood().leastProbability()).isCloseTo(0.5, within(1e-10));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void refusesWhatIsNoNumberAndSaysWhichWordItWasFor(float[] logits, String finding) {
        Sampler sampler = sampler(GenerationOptions.builder().temperature(0.5).topK(2));
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
        Sampler sampler = sampler(GenerationOptions.builder());
        assertThat(sampler.next(new float[] {-Float.MAX_VALUE, Float.MAX_VALUE, 0, 0, 0}))
                .isEqualTo(1);
        assertThat(sampler.likelihood().leastProbability()).isEqualTo(1);
    }

    @Test
    void theSameSeedGivesTheSameTokens() {
        assertThat(draws(GenerationOptions.builder().temperature(1.5).seed(7L), 50))
                .isEqualTo(draws(GenerationOptions.builder().temperature(1.5).seed(7L), 50));
        assertThat(draws(GenerationOptions.builder().temperature(1.5).seed(7L), 50))
                .isNotEqualTo(draws(GenerationOptions.builder().temperature(1.5).seed(8L), 50));
    }

    @Test
    void drawsFollowTheSoftmaxOfTheScores() {
        Map<Integer, Double> shares =
                shares(GenerationOptions.builder().temperature(2.0).seed(1L));
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
        assertThat(shares(GenerationOptions.builder().temperature(1.0).topK(1).seed(1L)))
                .containsOnlyKeys(1);
        assertThat(shares(GenerationOptions.builder().temperature(1.0).topK(3).seed(1L)))
                .containsOnlyKeys(1, 2, 3);
    }

    @Test
    void topPLeavesTheFewestThatReachTheShare() {
        // softmax: 0.054, 0.397, 0.146, 0.397, 0.007
        assertThat(shares(
                        GenerationOptions.builder().temperature(1.0).topP(0.39).seed(1L)))
                .containsOnlyKeys(1);
        assertThat(shares(GenerationOptions.builder().temperature(1.0).topP(0.9).seed(1L)))
                .containsOnlyKeys(1, 2, 3);
    }

    @Test
    void minPDropsWhatIsUnlikelyBesideTheLikeliest() {
        assertThat(shares(GenerationOptions.builder().temperature(1.0).minP(0.3).seed(1L)))
                .containsOnlyKeys(1, 2, 3);
        assertThat(shares(GenerationOptions.builder().temperature(1.0).minP(1.0).seed(1L)))
                .containsOnlyKeys(1, 3);
    }

    private static Map<Integer, Double> shares(GenerationOptions.Builder options) {
        int count = 20_000;
        return java.util.Arrays.stream(draws(options, count))
                .boxed()
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
                .entrySet()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue() / (double) count));
    }

    private static int[] draws(GenerationOptions.Builder options, int count) {
        Sampler sampler = sampler(options);
        return IntStream.range(0, count).map(i -> sampler.next(LOGITS.clone())).toArray();
    }

    private static Sampler sampler(GenerationOptions.Builder options) {
        return new Sampler(options.build(), new int[0], LOGITS.length);
    }
}
