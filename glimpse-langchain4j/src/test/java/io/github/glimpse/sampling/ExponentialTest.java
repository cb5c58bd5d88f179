package io.github.glimpse.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExponentialTest {

    @Test
    void fifteenDigitsAreThoseOfTheLibrary() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 1_000_000; i++) {
            double x = -700 * Math.pow(random.nextDouble(), 4);
            double expected = Math.exp(x);

            // x has 16 digits itself
            assertThat(Exponential.of(x) / expected).as("e^%s", x).isCloseTo(1, within(1e-15 * (2 + Math.abs(x))));
        }
    }

    @Test
    void zeroIsOneAndWhatIsTooSmallNothing() {
        assertThat(Exponential.of(0)).isEqualTo(1);
        assertThat(Exponential.of(-0.0)).isEqualTo(1);
        assertThat(Exponential.of(-701)).isZero();
        assertThat(Exponential.of(Double.NEGATIVE_INFINITY)).isZero();
        assertThat(Exponential.of(Double.NaN)).isNaN();
    }
}
