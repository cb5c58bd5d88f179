package io.github.glimpse.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryReturnTest {

    private final AtomicLong now = new AtomicLong(-5);
    private final AtomicInteger given = new AtomicInteger();
    private final MemoryReturn memory = new MemoryReturn(now::get, given::incrementAndGet);

    @Test
    void memoryStaysUntilRequestsHaveWorkedForASecond() {
        pass(Duration.ofSeconds(10));
        memory.behind(Duration.ofMillis(999), false);
        assertThat(given).hasValue(0);

        memory.behind(Duration.ofMillis(1), false);
        assertThat(given).hasValue(1);

        memory.behind(Duration.ofMillis(999), false);
        assertThat(given).hasValue(1);
    }

    @Test
    void requestsThatWorkAtOnceGiveItBackOnceASecond() {
        for (int i = 0; i < 64; i++) {
            pass(Duration.ofMillis(50));
            memory.behind(Duration.ofSeconds(3), true);
        }
        assertThat(given).as("in 3.2 seconds").hasValue(3);
    }

    @Test
    void theLastOneGivesItBackAtOnce() {
        pass(Duration.ofSeconds(1));
        memory.behind(Duration.ofSeconds(1), true);
        memory.behind(Duration.ofSeconds(1), true);
        assertThat(given).hasValue(1);

        memory.behind(Duration.ofSeconds(1), false);
        assertThat(given).hasValue(2);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
