package io.github.glimpse.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.GenerationCancelledException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class StepSchedulerTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    private final AtomicInteger inside = new AtomicInteger();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private static void on() {}

    /** Doubles numbers, and says how many came together. */
    private StepScheduler<Integer, Integer> doubling(double share, long millis) {
        return new StepScheduler<>(
                rows -> {
                    assertThat(inside.incrementAndGet()).as("computing at once").isEqualTo(1);
                    log.add("step of " + rows.size());
                    sleep(millis);
                    inside.decrementAndGet();
                    return rows.stream().map(row -> 2 * row).toList();
                },
                1,
                share);
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private <T> Future<T> start(Callable<T> work) {
        return threads.submit(work);
    }

    @Test
    void oneSequenceAloneStepsAtOnce() {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        try (var sequence = scheduler.open()) {
            assertThat(IntStream.range(0, 100)
                            .map(i -> sequence.next(i, StepSchedulerTest::on))
                            .sum())
                    .isEqualTo(9900);
        }
        assertThat(scheduler.use()).isEqualTo(new StepUse(100, 100, 100, 1, 0, 0));
    }

    @Test
    void aSequenceThatAFullHeapEndsLeavesNoRowBehind() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch runs = new CountDownLatch(1);
        StepScheduler<Integer, Integer> scheduler = new StepScheduler<>(
                rows -> {
                    log.add(rows.toString());
                    runs.countDown();
                    awaitLatch(goOn);
                    return rows;
                },
                1,
                0.5);
        Future<Integer> first = start(() -> {
            try (var sequence = scheduler.open()) {
                return sequence.next(1, StepSchedulerTest::on);
            }
        });
        awaitLatch(runs);
        try (var sequence = scheduler.open()) {
            assertThatThrownBy(() -> sequence.next(2, () -> {
                        throw new OutOfMemoryError("test");
                    }))
                    .isInstanceOf(OutOfMemoryError.class);
        }
        goOn.countDown();
        assertThat(first.get()).isEqualTo(1);
        try (var sequence = scheduler.open()) {
            assertThat(sequence.next(3, StepSchedulerTest::on)).isEqualTo(3);
        }
        assertThat(log).containsExactly("[1]", "[3]");
    }

    @Test
    void rightGuessesAreTokensWithoutAStep() {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        try (var sequence = scheduler.open()) {
            sequence.next(1, StepSchedulerTest::on);
            sequence.guessedRight();
            sequence.guessedRight();
            sequence.next(2, StepSchedulerTest::on);
        }
        assertThat(scheduler.use()).isEqualTo(new StepUse(2, 2, 4, 1, 0, 0));
    }

    @Test
    void sequencesGoTogetherAndEachGetsItsOwn() throws Exception {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 5);
        CountDownLatch here = new CountDownLatch(8);
        List<Future<Boolean>> all = new ArrayList<>();
        for (int caller = 0; caller < 8; caller++) {
            int number = caller;
            all.add(start(() -> {
                try (var sequence = scheduler.open()) {
                    here.countDown();
                    here.await();
                    return IntStream.range(0, 30)
                            .allMatch(i ->
                                    sequence.next(100 * number + i, StepSchedulerTest::on) == 2 * (100 * number + i));
                }
            }));
        }
        for (Future<Boolean> one : all) {
            assertThat(one.get()).isTrue();
        }
        assertThat(scheduler.use().tokens()).isEqualTo(240);
        assertThat(scheduler.use().steps()).as("steps for 8 times 30 tokens").isLessThan(80);
    }

    @Test
    void whoIsHeldUpIsNotWaitedFor() throws Exception {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        try (var slow = scheduler.open();
                var fast = scheduler.open()) {
            Future<Integer> first = start(() -> slow.next(1, StepSchedulerTest::on));
            fast.next(1, StepSchedulerTest::on);
            first.get();
            IntStream.range(0, 50).forEach(i -> fast.next(i, StepSchedulerTest::on));
            assertThat(scheduler.use().tokens())
                    .as("the other sequence took one step before these")
                    .isEqualTo(52);
            assertThat(slow.next(4, StepSchedulerTest::on))
                    .as("it may come back")
                    .isEqualTo(8);
        }
    }

    /** Steps of a given length, which move a clock on and are told of as t. */
    private static StepScheduler<Integer, Integer> clocked(
            AtomicLong clock, Collection<String> course, double share, long stepMillis) {
        return new StepScheduler<>(
                rows -> {
                    course.add("t");
                    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(stepMillis));
                    return rows;
                },
                1,
                share,
                clock::get);
    }

    /** Steps and slices of given lengths, by a clock that they move on, while both always wait for each other. */
    private String course(double share, long stepMillis, long sliceMillis, int tokens) throws Exception {
        return course(share, stepMillis, sliceMillis, tokens, 0);
    }

    /** The same while more work waits behind that of the slices. */
    private String course(double share, long stepMillis, long sliceMillis, int tokens, int behind) throws Exception {
        AtomicLong clock = new AtomicLong(1);
        ConcurrentLinkedQueue<String> course = new ConcurrentLinkedQueue<>();
        StepScheduler<Integer, Integer> scheduler = clocked(clock, course, share, stepMillis);
        AtomicBoolean over = new AtomicBoolean();
        var sequence = scheduler.open();
        sequence.next(0, StepSchedulerTest::on);
        try (var slices = scheduler.begin(false, StepSchedulerTest::on)) {
            List<Future<?>> others = new ArrayList<>();
            for (int i = 0; i < behind; i++) {
                others.add(start(() -> {
                    scheduler.begin(false, StepSchedulerTest::on).close();
                    return true;
                }));
            }
            while (scheduler.working() <= behind) {
                Thread.onSpinWait();
            }
            Future<?> answer = start(() -> {
                try (sequence) {
                    for (int i = 0; i < tokens; i++) {
                        sequence.next(i, StepSchedulerTest::on);
                    }
                }
                over.set(true);
                return over;
            });
            assertThat(others).hasSize(behind).noneMatch(Future::isDone);
            while (!over.get()) {
                while (scheduler.waiting() == 0 && !over.get()) {
                    Thread.onSpinWait();
                }
                course.add("S");
                clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(sliceMillis));
                slices.pause();
            }
            answer.get();
        }
        return String.join("", course);
    }

    @Test
    void slicesAndStepsTakeTurnsByTheirShare() throws Exception {
        assertThat(course(0.5, 20, 20, 6)).startsWith("tStStStStSt");
        assertThat(course(0.75, 10, 10, 3)).startsWith("tSSStSSSt");
        assertThat(course(0.5, 20, 5, 4)).startsWith("tSSSStSSSStSSSSt");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 20, 1, 1",
        "0, 20, 100, 1",
        "0.5, 20, 20, 1",
        "0.5, 20, 700, 1",
        "0.5, 20, 7, 2",
        "0.75, 20, 70, 1",
        "0.75, 20, 25, 2",
        "0.9, 20, 200, 1"
    })
    void betweenTwoStepsRunsOneSliceOrAsManyAsTheirShareOfAStepHolds(
            double share, long stepMillis, long sliceMillis, int most) throws Exception {
        int slices = 0;
        for (String between : course(share, stepMillis, sliceMillis, 40).split("t", -1)) {
            slices = Math.max(slices, between.length());
        }
        assertThat(slices).isEqualTo(most);
    }

    @Test
    void whereSeveralPiecesOfWorkWaitSlicesGetMoreByTheSquareOfTheirNumberUpToNineTenths() throws Exception {
        assertThat(course(0.5, 20, 20, 4, 1)).startsWith("tStSSSStSSSSt");
        assertThat(course(0.34, 20, 20, 4, 1)).startsWith("tStStSStSSt");
        assertThat(course(0.5, 20, 20, 4, 30)).startsWith("tStSSSSSSSSSt");
        assertThat(course(0, 20, 20, 4, 30)).startsWith("tStStSt");
    }

    @Test
    void whatWaitsHasItsShareBeforeTheFirstStepWhereNobodyHadOneBefore() throws Exception {
        AtomicLong clock = new AtomicLong(1);
        ConcurrentLinkedQueue<String> course = new ConcurrentLinkedQueue<>();
        StepScheduler<Integer, Integer> scheduler = clocked(clock, course, 0.75, 10);
        try (var earlier = scheduler.open()) {
            earlier.next(0, StepSchedulerTest::on);
        }
        try (var slices = scheduler.begin(false, StepSchedulerTest::on);
                var sequence = scheduler.open()) {
            Future<Integer> answer = start(() -> sequence.next(1, StepSchedulerTest::on));
            while (scheduler.waiting() == 0) {
                Thread.onSpinWait();
            }
            while (course.stream().filter("t"::equals).count() < 2) {
                course.add("S");
                clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
                slices.pause();
            }
            answer.get();
        }
        assertThat(String.join("", course)).isEqualTo("tSSSt");
    }

    @Test
    void aLongSliceIsPaidForByTheNextSteps() throws Exception {
        assertThat(course(0.5, 10, 50, 15)).startsWith("tSttttStttttSttttt");
    }

    @Test
    void withNoShareOneSliceStillRunsBetweenTwoSteps() throws Exception {
        assertThat(course(0, 1, 30, 6)).startsWith("tStStStSt");
    }

    @Test
    void whatIsNoComputingLetsOthersCompute() throws Exception {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        try (var sequence = scheduler.open();
                var mine = scheduler.begin(false, StepSchedulerTest::on)) {
            assertThat(mine.<Integer>aside(() -> sequence.next(21, StepSchedulerTest::on)))
                    .isEqualTo(42);
        }
    }

    @Test
    void aFailingStepIsEverybodysAndTheNextRuns() throws Exception {
        StepScheduler<Integer, Integer> scheduler = new StepScheduler<>(
                rows -> {
                    if (rows.contains(13)) {
                        throw new IllegalStateException("thirteen");
                    }
                    return rows;
                },
                1,
                0.5);
        try (var sequence = scheduler.open()) {
            assertThatThrownBy(() -> sequence.next(13, StepSchedulerTest::on)).hasMessage("thirteen");
            assertThat(sequence.next(14, StepSchedulerTest::on)).isEqualTo(14);
        }
    }

    @Test
    void whoIsCancelledWhileOthersComputeLeavesAtOnce() throws Exception {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        AtomicBoolean cancelled = new AtomicBoolean();
        Runnable check = () -> {
            if (cancelled.get()) {
                throw new GenerationCancelledException("cancelled");
            }
        };
        try (var sequence = scheduler.open();
                var slices = scheduler.begin(false, StepSchedulerTest::on)) {
            Future<?> waits = start(() -> sequence.next(1, check));
            Future<?> alsoWaits = start(() -> {
                try (var mine = scheduler.begin(false, check)) {
                    return mine;
                }
            });
            sleep(50);
            cancelled.set(true);
            assertThatThrownBy(waits::get).hasRootCauseInstanceOf(GenerationCancelledException.class);
            assertThatThrownBy(alsoWaits::get).hasRootCauseInstanceOf(GenerationCancelledException.class);
            slices.pause();
        }
        assertThat(scheduler.use().steps()).isZero();
        try (var next = scheduler.begin(false, StepSchedulerTest::on)) {
            next.pause();
        }
    }

    @Test
    void anInterruptedThreadLeavesAndKeepsItsStatus() throws Exception {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        try (var sequence = scheduler.open();
                var slices = scheduler.begin(false, StepSchedulerTest::on)) {
            AtomicBoolean status = new AtomicBoolean();
            Thread thread = new Thread(() -> {
                try {
                    sequence.next(1, StepSchedulerTest::on);
                } catch (GenerationCancelledException e) {
                    status.set(Thread.currentThread().isInterrupted());
                }
            });
            thread.start();
            thread.interrupt();
            thread.join();
            assertThat(status).isTrue();
            slices.pause();
        }
    }

    @Test
    void withTwoPlacesWorkRunsBesideWorkAndBesideSteps() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        CountDownLatch stepped = new CountDownLatch(1);
        StepScheduler<Integer, Integer> scheduler = new StepScheduler<>(rows -> rows, 2, 0.5);
        Callable<Boolean> work = () -> {
            try (var mine = scheduler.begin(false, StepSchedulerTest::on)) {
                both.countDown();
                both.await();
                mine.pause();
                return true;
            }
        };
        Future<Boolean> one = start(work);
        Future<Boolean> other = start(work);
        assertThat(one.get() && other.get())
                .as("each waited for the other, inside")
                .isTrue();

        Future<Boolean> beside = start(() -> {
            try (var mine = scheduler.begin(false, StepSchedulerTest::on)) {
                stepped.await();
                mine.pause();
                return true;
            }
        });
        try (var sequence = scheduler.open()) {
            assertThat(sequence.next(5, StepSchedulerTest::on)).isEqualTo(5);
            stepped.countDown();
        }
        assertThat(beside.get()).isTrue();
    }

    /** Begins work while other work runs. */
    private <T> Future<T> queued(StepScheduler<Integer, Integer> scheduler, Callable<T> work) {
        int before = scheduler.working();
        Future<T> queued = start(work);
        while (scheduler.working() == before) {
            Thread.onSpinWait();
        }
        return queued;
    }

    /** Such work that writes its name when it is its turn. */
    private Future<?> queue(StepScheduler<Integer, Integer> scheduler, String name, boolean isShort) {
        return queued(scheduler, () -> {
            try (var mine = scheduler.begin(isShort, StepSchedulerTest::on)) {
                log.add(name);
                mine.pause();
                return mine;
            }
        });
    }

    @Test
    void shortWorkGoesBeforeLongWorkAndEachInItsOwnOrder() throws Exception {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        List<Future<?>> all = new ArrayList<>();
        try (var runs = scheduler.begin(false, StepSchedulerTest::on)) {
            all.add(queue(scheduler, "long 1", false));
            all.add(queue(scheduler, "long 2", false));
            all.add(queue(scheduler, "short 1", true));
            all.add(queue(scheduler, "short 2", true));
            runs.pause();
            log.add("goes on");
        }
        for (Future<?> one : all) {
            one.get();
        }
        assertThat(log).containsExactly("short 1", "short 2", "goes on", "long 1", "long 2");
    }

    @Test
    void nobodyIsOvertakenMoreOftenThanTheLimitSays() throws Exception {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        List<Future<?>> all = new ArrayList<>();
        try (var runs = scheduler.begin(true, StepSchedulerTest::on)) {
            all.add(queue(scheduler, "long", false));
            for (int i = 1; i <= 20; i++) {
                all.add(queue(scheduler, "short " + i, true));
            }
            runs.pause();
        }
        for (Future<?> one : all) {
            one.get();
        }
        List<String> order = List.copyOf(log);
        assertThat(order.indexOf("long")).isEqualTo(SliceOrder.MOST_OVERTAKINGS);
        assertThat(order.stream().filter(name -> !name.equals("long")))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 20).mapToObj(i -> "short " + i).toList());
    }

    /** Adds 1 to numbers below 100 of the same ten, and says which came together. */
    private JointSlice<Integer, Integer> counting(int most) {
        return new JointSlice<>(
                parts -> {
                    log.add(parts.stream().sorted().toList().toString());
                    return parts.stream().map(part -> part + 1).toList();
                },
                (one, other) -> one / 10 == other / 10,
                part -> 1,
                most);
    }

    /** Of all that wait, who get what they bring. */
    private static JointSlice<Integer, Integer> ofAll(Consumer<List<Integer>> run) {
        return new JointSlice<>(
                parts -> {
                    run.accept(parts);
                    return parts;
                },
                (one, other) -> true,
                part -> 1,
                8);
    }

    /** Work that is begun while other work runs, of so many slices that can be computed with those of others. */
    private Future<Integer> count(
            StepScheduler<Integer, Integer> scheduler, JointSlice<Integer, Integer> slice, int first, int slices) {
        return queued(scheduler, () -> {
            try (var mine = scheduler.begin(true, StepSchedulerTest::on)) {
                int number = first;
                for (int i = 0; i < slices; i++) {
                    number = mine.together(slice, number);
                }
                return number;
            }
        });
    }

    @Test
    void slicesOfSeveralPiecesOfWorkAreComputedInOne() throws Exception {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        JointSlice<Integer, Integer> slice = counting(8);
        List<Future<Integer>> all = new ArrayList<>();
        try (var runs = scheduler.begin(true, StepSchedulerTest::on)) {
            for (int i = 0; i < 4; i++) {
                all.add(count(scheduler, slice, 0, 3));
            }
            all.add(count(scheduler, slice, 50, 2));
            runs.pause();
        }
        for (int i = 0; i < 4; i++) {
            assertThat(all.get(i).get()).isEqualTo(3);
        }
        assertThat(all.get(4).get()).isEqualTo(52);
        assertThat(log).contains("[0, 0, 0, 0]", "[50]");
        assertThat(scheduler.use().prompts()).isEqualTo(14);
    }

    @Test
    void aSliceHoldsNoMoreThanItsMost() throws Exception {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        JointSlice<Integer, Integer> slice = counting(3);
        List<Future<Integer>> all = new ArrayList<>();
        try (var runs = scheduler.begin(true, StepSchedulerTest::on)) {
            for (int i = 0; i < 5; i++) {
                all.add(count(scheduler, slice, 0, 1));
            }
            runs.pause();
        }
        for (Future<Integer> one : all) {
            assertThat(one.get()).isEqualTo(1);
        }
        assertThat(log).containsExactly("[0, 0, 0]", "[0, 0]");
    }

    @Test
    void aFailingSliceIsEverybodysAndTheNextRuns() throws Exception {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        JointSlice<Integer, Integer> slice = ofAll(parts -> {
            if (parts.contains(13)) {
                throw new IllegalStateException("thirteen");
            }
        });
        List<Future<Integer>> all = new ArrayList<>();
        try (var runs = scheduler.begin(true, StepSchedulerTest::on)) {
            all.add(count(scheduler, slice, 13, 1));
            all.add(count(scheduler, slice, 14, 1));
            runs.pause();
        }
        for (Future<Integer> one : all) {
            assertThatThrownBy(one::get).hasRootCauseMessage("thirteen");
        }
        try (var next = scheduler.begin(true, StepSchedulerTest::on)) {
            assertThat(next.together(slice, 15)).isEqualTo(15);
        }
        assertThat(scheduler.isUsed()).isFalse();
    }

    @Test
    void whoIsCancelledBeforeItsSliceLeavesAndDuringItGetsWhatOthersComputed() throws Exception {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        AtomicBoolean cancelled = new AtomicBoolean();
        CountDownLatch computes = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        JointSlice<Integer, Integer> slice = ofAll(parts -> {
            computes.countDown();
            awaitLatch(goOn);
        });
        Callable<Integer> asks = () -> {
            try (var mine = scheduler.begin(true, () -> {
                if (cancelled.get()) {
                    throw new GenerationCancelledException("cancelled");
                }
            })) {
                int first = mine.together(slice, 1);
                return first + mine.together(slice, 1);
            }
        };
        List<Future<Integer>> all;
        try (var runs = scheduler.begin(true, StepSchedulerTest::on)) {
            all = List.of(start(asks), start(asks));
            while (scheduler.working() < 3) {
                Thread.onSpinWait();
            }
            runs.pause();
        }
        computes.await();
        cancelled.set(true);
        // longer than they wait until they ask again
        sleep(100);
        assertThat(all).noneMatch(Future::isDone);
        goOn.countDown();
        // one of them may have come to its next slice before it was asked
        for (Future<Integer> one : all) {
            try {
                assertThat(one.get()).isEqualTo(2);
            } catch (ExecutionException e) {
                assertThat(e).hasRootCauseInstanceOf(GenerationCancelledException.class);
            }
        }
        assertThat(scheduler.isUsed()).isFalse();
    }

    @Test
    void promptsThatEndInOneSliceHaveTheirFirstStepTogether() throws Exception {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        JointSlice<Integer, Integer> slice = ofAll(parts -> sleep(500));
        List<Future<Integer>> all = new ArrayList<>();
        try (var runs = scheduler.begin(true, StepSchedulerTest::on)) {
            for (int i = 0; i < 4; i++) {
                int late = 20 * i;
                all.add(queued(scheduler, () -> {
                    try (var sequence = scheduler.sequence()) {
                        try (var mine = scheduler.begin(true, StepSchedulerTest::on)) {
                            mine.together(slice, late);
                            sleep(late);
                            sequence.begin();
                        }
                        sleep(late);
                        return sequence.next(late, StepSchedulerTest::on);
                    }
                }));
            }
            runs.pause();
        }
        for (int i = 0; i < 4; i++) {
            assertThat(all.get(i).get()).isEqualTo(40 * i);
        }
        assertThat(log).containsExactly("step of 4");
    }

    @Test
    void whoRidesAndDoesNotComeBackIsNotWaitedFor() throws Exception {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        JointSlice<Integer, Integer> slice = counting(8);
        CountDownLatch goOn = new CountDownLatch(1);
        Future<Integer> slow;
        Future<Integer> fast;
        try (var runs = scheduler.begin(true, StepSchedulerTest::on)) {
            fast = count(scheduler, slice, 0, 3);
            slow = start(() -> {
                try (var mine = scheduler.begin(true, StepSchedulerTest::on)) {
                    int number = mine.together(slice, 0);
                    awaitLatch(goOn);
                    return mine.together(slice, number);
                }
            });
            while (scheduler.working() < 3) {
                Thread.onSpinWait();
            }
            runs.pause();
        }
        assertThat(fast.get()).isEqualTo(3);
        assertThat(slow).isNotDone();
        goOn.countDown();
        assertThat(slow.get()).isEqualTo(2);
        assertThat(log).containsExactly("[0, 0]", "[1]", "[2]", "[1]");
    }

    @Test
    void workThatHasEndedComputesNoMore() {
        StepScheduler<Integer, Integer> scheduler = doubling(0.5, 0);
        var slices = scheduler.begin(false, StepSchedulerTest::on);
        slices.close();
        assertThatThrownBy(slices::pause).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> slices.aside(() -> 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesAShareThatLeavesNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> doubling(0.95, 0))
                .withMessageContaining("0.95")
                .withMessageContaining("0.9");
    }
}
