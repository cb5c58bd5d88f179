package io.github.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RateScheduleTest {

    @Test
    void theCosineRisesEvenlyAndFallsToItsLastValue() {
        RateSchedule schedule = RateSchedule.cosine(1, 0.1, 100, 0.1);
        assertThat(schedule.rate(0)).isZero();
        assertThat(schedule.rate(5)).isEqualTo(0.5);
        assertThat(schedule.rate(10)).isEqualTo(1);
        assertThat(schedule.rate(55)).isCloseTo(0.55, within(1e-12));
        assertThat(schedule.rate(100)).isCloseTo(0.1, within(1e-12));
        assertThat(schedule.rate(1_000)).isCloseTo(0.1, within(1e-12));
    }

    @Test
    void withoutWarmUpTheFirstStepHasTheFullRate() {
        assertThat(RateSchedule.cosine(0.5, 0, 10, 0).rate(0)).isEqualTo(0.5);
    }

    @Test
    void aWarmUpThatNeverEndsIsRefused() {
        assertThatThrownBy(() -> RateSchedule.cosine(1, 0, 10, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("warm-up ratio 1.0");
    }
}
