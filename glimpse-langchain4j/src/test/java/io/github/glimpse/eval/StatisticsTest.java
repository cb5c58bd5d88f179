package io.github.glimpse.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StatisticsTest {

    private static final double FOUR_DIGITS = 5e-5;
    private static final double EXACT = 1e-12;

    /** Newcombe 1998, table I, method 3. */
    @Test
    void givesWilsonsPublishedIntervals() {
        assertInterval(Statistics.wilson(81, 263), 0.2553, 0.3662);
        assertInterval(Statistics.wilson(15, 148), 0.0624, 0.1605);
        assertInterval(Statistics.wilson(0, 20), 0, 0.1611);
        assertInterval(Statistics.wilson(1, 29), 0.0061, 0.1718);
    }

    private static void assertInterval(Interval interval, double low, double high) {
        assertThat(interval.low()).isEqualTo(low, within(FOUR_DIGITS));
        assertThat(interval.high()).isEqualTo(high, within(FOUR_DIGITS));
    }

    @Test
    void takesWilsonForRightOrWrongAndBootstrapForTheRest() {
        assertThat(Statistics.accuracy(new double[] {1, 0, 1, 1})).isEqualTo(Statistics.wilson(3, 4));
        double[] parts = {0.3, 1, 0.6, 1};
        assertThat(Statistics.accuracy(parts)).isEqualTo(Statistics.meanByBootstrap(parts));
    }

    @Test
    void bootstrapsTheErrorOfTheMean() {
        Random random = new Random(7);
        double[] values = random.doubles(2_000).toArray();
        Interval interval = Statistics.meanByBootstrap(values);
        // Uniform values: deviation 1/sqrt(12), so 1.96 errors are 0.01265 at 2,000
        assertThat(interval.halfWidth()).isEqualTo(0.01265, within(0.0006));
        assertThat(interval.value()).isBetween(interval.low(), interval.high());
        assertThat(Statistics.meanByBootstrap(values)).as("the seed is fixed").isEqualTo(interval);
    }

    @Test
    void hasNoWidthWhereAllPairsAreEqual() {
        assertThat(Statistics.meanByBootstrap(new double[50])).isEqualTo(new Interval(0, 0, 0));
    }

    @Test
    void ranksEqualValuesByTheirMean() {
        assertThat(Statistics.ranks(new double[] {3, 1, 3, 2})).containsExactly(3.5, 1, 3.5, 2);
    }

    @Test
    void correlatesRanks() {
        double[] first = {86, 97, 99, 100, 101, 103, 106, 110, 112, 113};
        double[] second = {2, 20, 28, 27, 50, 29, 7, 17, 6, 12};
        assertThat(Statistics.rankCorrelation(first, second)).isEqualTo(-29 / 165.0, within(EXACT));
        assertThat(Statistics.rankCorrelation(new double[] {1, 2}, new double[] {3, 3}))
                .isNaN();
    }

    @Test
    void countsHowOftenAPositiveIsAboveANegative() {
        boolean[] positive = {false, false, true, true};
        assertThat(Statistics.areaUnderCurve(new double[] {0.1, 0.4, 0.35, 0.8}, positive))
                .isEqualTo(0.75, within(EXACT));
        assertThat(Statistics.areaUnderCurve(new double[] {1, 1, 1, 1}, positive))
                .isEqualTo(0.5);
        assertThat(Statistics.areaUnderCurve(new double[] {1, 2, 3, 4}, new boolean[4]))
                .isNaN();
    }

    @Test
    void takesTheMiddle() {
        assertThat(Statistics.median(new double[] {3, 1, 2})).isEqualTo(2);
        assertThat(Statistics.median(new double[] {4, 1, 2, 3})).isEqualTo(2.5);
        assertThat(Statistics.median(new double[0])).isNaN();
    }

    @Test
    void splitsEqualConfidenceAtTheBorderOfTheLeastTenth() {
        // 20 answers, so the tenth is two; one is below, three share the border's confidence, one of these is lost
        ConfidenceFigures.Sample[] samples = new ConfidenceFigures.Sample[20];
        Arrays.setAll(samples, i -> {
            double confidence = i == 0 ? 0 : i < 4 ? 0.1 : 0.9;
            boolean lost = i == 0 || i == 1 || i == 10 || i == 11;
            return new ConfidenceFigures.Sample(confidence, Double.NaN, !lost, lost);
        });
        ConfidenceFigures figures = ConfidenceFigures.of(Arrays.asList(samples));
        assertThat(figures.lost()).isEqualTo(4);
        assertThat(figures.lostInLeastConfident()).isEqualTo((1 + 1 / 3.0) / 4, within(EXACT));
        assertThat(figures.groups()).hasSize(10);
        assertThat(figures.recallCorrelation()).isNaN();
    }
}
