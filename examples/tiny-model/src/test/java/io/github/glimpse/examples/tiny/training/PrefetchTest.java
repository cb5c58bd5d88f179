package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PrefetchTest {

    private static final int DEPTH = 3;

    /** It ended a training without a word: the taker waited for a drawing whose thread had ended. */
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aFailureBehindAFullQueueReachesTheTaker() throws InterruptedException {
        CountDownLatch failing = new CountDownLatch(1);
        try (Prefetch<Long> data = new Prefetch<>(number -> made(number, failing), 5, DEPTH)) {
            assertThat(failing.await(10, TimeUnit.SECONDS)).isTrue();
            TimeUnit.MILLISECONDS.sleep(100);
            for (long number = 5; number < 5 + DEPTH; number++) {
                assertThat(data.take(number)).isEqualTo(number);
            }
            assertThatIllegalStateException()
                    .isThrownBy(() -> data.take(5 + DEPTH))
                    .withMessageContaining("sample 8 failed")
                    .withRootCauseInstanceOf(IllegalArgumentException.class);
        }
    }

    private static long made(long number, CountDownLatch failing) {
        if (number == 5 + DEPTH) {
            failing.countDown();
            throw new IllegalArgumentException("There is no character '#'");
        }
        return number;
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void closingEndsAThreadWhoseFailureNobodyTakes() throws InterruptedException {
        CountDownLatch failing = new CountDownLatch(1);
        try (Prefetch<Long> data = new Prefetch<>(number -> made(number, failing), 5, DEPTH)) {
            assertThat(failing.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(data.take(5)).isEqualTo(5);
        }
    }
}
