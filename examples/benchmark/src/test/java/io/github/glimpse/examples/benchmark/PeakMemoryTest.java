package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PeakMemoryTest {

    @Test
    void seesWhatIsTakenAndGivenBackInBetween() throws InterruptedException {
        AtomicReference<Double> now = new AtomicReference<>(1e9);
        CountDownLatch sawTheHeight = new CountDownLatch(1);
        try (PeakMemory peak = new PeakMemory(() -> {
            double read = now.get();
            if (read == 7e9) {
                sawTheHeight.countDown();
            }
            return read;
        })) {
            now.set(7e9);
            assertThat(sawTheHeight.await(10, TimeUnit.SECONDS)).isTrue();
            now.set(2e9);

            assertThat(peak.highest()).hasValue(7e9);
            assertThat(peak.readings()).isGreaterThan(1);
        }
    }

    @Test
    void isEmptyWhereTheSystemDoesNotTell() {
        try (PeakMemory peak = new PeakMemory(() -> Double.NaN)) {
            assertThat(peak.highest()).isEmpty();
        }
    }
}
