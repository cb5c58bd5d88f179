package io.github.glimpse.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A heap that is full at any place of a request's waiting ends that request, and does nothing to others. */
@Timeout(60)
class FullHeapTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<String> freed = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Optional<Thread>> full = new AtomicReference<>(Optional.empty());

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void aStepWhoseSequenceFailedWhileItWaitedIsNotTaken() throws Exception {
        StepScheduler<String, String> scheduler = new StepScheduler<>(this::computed, 1, 0.5, this::clock);
        var one = scheduler.open();
        var two = scheduler.open();
        // From now on nobody waits for the second, which waits for the first.
        one.next("first", () -> {});

        assertThatThrownBy(() -> threads.submit(() -> {
                            full.set(Optional.of(Thread.currentThread()));
                            try (two) {
                                return two.next("gone", () -> {});
                            } finally {
                                freed.add("gone");
                            }
                        })
                        .get())
                .hasCauseInstanceOf(OutOfMemoryError.class);

        assertThat(scheduler.waiting()).isZero();
        assertThat(one.next("second", () -> {})).isEqualTo("second");
    }

    @Test
    void whoWasFoundBeforeTheFailureIsNotLeftWaiting() throws Exception {
        StepScheduler<String, String> scheduler = new StepScheduler<>(rows -> rows, 1, 0.5);
        AtomicInteger sizes = new AtomicInteger();
        JointSlice<String, String> slice = new JointSlice<>(
                this::computed,
                (one, other) -> true,
                part -> {
                    if (sizes.incrementAndGet() == 3) {
                        throw new OutOfMemoryError("Java heap space");
                    }
                    return 1;
                },
                8);
        Slices first = scheduler.begin(false, () -> {});
        List<Future<String>> parts =
                List.of(part(scheduler, slice, "a"), part(scheduler, slice, "b"), part(scheduler, slice, "c"));
        awaitWorking(scheduler, 4);
        first.close();

        int failed = 0;
        for (Future<String> part : parts) {
            try {
                assertThat(part.get(20, TimeUnit.SECONDS)).isIn("a", "b", "c");
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(OutOfMemoryError.class);
                failed++;
            }
        }
        assertThat(failed).isOne();
        assertThat(scheduler.working()).isZero();
    }

    private Future<String> part(
            StepScheduler<String, String> scheduler, JointSlice<String, String> slice, String name) {
        return threads.submit(() -> {
            try (Slices work = scheduler.begin(true, () -> {})) {
                return work.together(slice, name);
            }
        });
    }

    private static void awaitWorking(StepScheduler<String, String> scheduler, int number) throws InterruptedException {
        while (scheduler.working() < number) {
            Thread.sleep(1);
        }
    }

    /** Asked wherever somebody waits. */
    private long clock() {
        if (full.get().filter(thread -> thread == Thread.currentThread()).isPresent()) {
            full.set(Optional.empty());
            throw new OutOfMemoryError("Java heap space");
        }
        return System.nanoTime();
    }

    private List<String> computed(List<String> rows) {
        assertThat(rows).as("computed though it is freed").noneMatch(freed::contains);
        return rows;
    }
}
