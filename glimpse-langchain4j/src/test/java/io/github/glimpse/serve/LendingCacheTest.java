package io.github.glimpse.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.GenerationCancelledException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who computes what several want at once. What is remembered and lent is tested with a model. */
@Timeout(30)
class LendingCacheTest {

    private final LendingCache<String> cache = cache(100);

    private static LendingCache<String> cache(long maxBytes) {
        return new LendingCache<>(
                maxBytes, Duration.ofHours(1), System::nanoTime, new MemoryBudget(100, "memory-budget"));
    }

    private static void goOn() {}

    private LendingCache<String>.@Nullable Computation begin(String key) {
        return cache.begin(key, value -> true);
    }

    @Test
    void oneComputesAndOthersDoNot() {
        LendingCache<String>.Computation first = Objects.requireNonNull(begin("a"));
        assertThat(begin("a")).isNull();
        LendingCache<String>.Computation other = Objects.requireNonNull(begin("b"));
        first.close();
        LendingCache<String>.Computation again = Objects.requireNonNull(begin("a"));
        first.close();
        assertThat(begin("a")).as("closing twice ends nobody else's").isNull();
        other.close();
        again.close();
        assertThat(cache.isComputed("a")).isFalse();
    }

    @Test
    void whoeverWaitsGoesOnWhenThatHasEnded() throws Exception {
        LendingCache<String>.Computation first = Objects.requireNonNull(begin("a"));
        CompletableFuture<Void> waits = CompletableFuture.runAsync(() -> cache.await("a", LendingCacheTest::goOn));
        assertThatThrownBy(() -> waits.get(100, TimeUnit.MILLISECONDS))
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
        first.close();
        waits.get(10, TimeUnit.SECONDS);
        cache.await("a", LendingCacheTest::goOn);
    }

    @Test
    void whoeverWaitsIsAskedWhetherToGoOn() {
        AtomicInteger asked = new AtomicInteger();
        try (LendingCache<String>.Computation first = Objects.requireNonNull(begin("a"))) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> cache.await("a", () -> {
                        if (asked.incrementAndGet() == 3) {
                            throw new GenerationCancelledException("enough");
                        }
                    }))
                    .isInstanceOf(GenerationCancelledException.class)
                    .hasMessage("enough");
        }
    }

    @Test
    void whoeverIsInterruptedWaitsNoMore() {
        try (LendingCache<String>.Computation first = Objects.requireNonNull(begin("a"))) {
            assertThat(first).isNotNull();
            CompletableFuture<Boolean> waits = CompletableFuture.supplyAsync(() -> {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> cache.await("a", LendingCacheTest::goOn))
                        .isInstanceOf(GenerationCancelledException.class);
                return Thread.interrupted();
            });
            assertThat(waits.join()).as("status kept").isTrue();
        }
    }

    @Test
    void whatIsNotRememberedIsNobodyElses() throws ExecutionException, InterruptedException {
        LendingCache<String> off = cache(0);
        assertThat(off.begin("a", value -> true)).isNotNull();
        assertThat(off.begin("a", value -> true)).isNotNull();
        CompletableFuture.runAsync(() -> off.await("a", LendingCacheTest::goOn)).get();
    }
}
