package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.generate.Stage;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Stages that come again are added up; what lies before the first one belongs to none of them. */
class ThreadClockTest {

    @Test
    void addsUpTheStages() {
        Iterator<Long> nanos = List.of(1_000_000_000L, 2_000_000_000L, 2_500_000_000L, 4_000_000_000L, 9_000_000_000L)
                .iterator();
        ThreadClock clock = new ThreadClock(nanos::next);

        clock.onStage(Stage.IMAGES);
        clock.onStage(Stage.PRUNING);
        clock.onStage(Stage.IMAGES);
        clock.onStage(Stage.DECODING);

        assertThat(clock.seconds(Stage.IMAGES)).isEqualTo(5.5);
        assertThat(clock.seconds(Stage.PRUNING)).isEqualTo(1.5);
        assertThat(clock.seconds(Stage.IMAGES, Stage.PRUNING)).isEqualTo(7.0);
        assertThat(clock.seconds(Stage.VISION, Stage.DECODING)).isZero();
    }

    @Test
    void countsTheTimeThatTheThreadHasACore() {
        ThreadClock clock = new ThreadClock();
        clock.onStage(Stage.VISION);
        long spun = 0;
        for (int i = 0; i < 20_000_000; i++) {
            spun += i ^ spun >>> 3;
        }
        clock.onStage(Stage.DECODING);

        assertThat(spun).isNotZero();
        assertThat(clock.seconds(Stage.VISION)).isPositive();
    }
}
