package io.github.glimpse.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.DeadlineExceededException;
import io.github.glimpse.GenerationCancelledException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In what order requests get a place: that in which they came. */
@Timeout(60)
class RequestOrderTest {

    private static final int REQUESTS = 24;

    private final SharedModel<AutoCloseable> model =
            new SharedModel<>("tiny", () -> {}, 1, REQUESTS, Duration.ofSeconds(40));
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Integer> order = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void requestsRunInTheOrderInWhichTheyCameWhateverTheOrderOfTheirThreads() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        Future<?> running = occupy(first);
        List<Arrival> arrivals = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            arrivals.add(ready(new AtomicBoolean()));
        }
        List<Future<?>> all = new ArrayList<>();
        for (int i = REQUESTS - 1; i >= 0; i--) {
            int number = i;
            all.add(threads.submit(() -> Turns.take(model, arrivals.get(number), (m, check) -> order.add(number))));
        }
        // Longer than any of them waits between two looks at its signal.
        Thread.sleep(100);
        first.countDown();
        running.get();
        for (Future<?> each : all) {
            each.get();
        }

        assertThat(order).hasSize(REQUESTS).isSorted();
    }

    @Test
    void cancelledOnesInBetweenAreLeftOutAndChangeNothing() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        Future<?> running = occupy(first);
        List<AtomicBoolean> signals = new ArrayList<>();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            int number = i;
            signals.add(new AtomicBoolean());
            Arrival arrival = ready(signals.get(i));
            all.add(threads.submit(() -> Turns.take(model, arrival, (m, check) -> order.add(number))));
        }
        for (int i = 0; i < REQUESTS; i += 3) {
            signals.get(i).set(true);
        }
        Thread.sleep(50);
        first.countDown();
        running.get();
        int cancelled = 0;
        for (Future<?> each : all) {
            try {
                each.get();
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(GenerationCancelledException.class);
                cancelled++;
            }
        }

        assertThat(cancelled).isEqualTo(REQUESTS / 3);
        assertThat(order).hasSize(REQUESTS - cancelled).isSorted();
        assertThat(model.queuedRequests()).isZero();
        assertThat(model.activeRequests()).isZero();
    }

    @Test
    void whoIsNotReadyHoldsNobodyUpAndIsNextOnceItIs() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        Future<?> running = occupy(first);
        Arrival late = model.arrive(() -> false, "wait");
        Arrival second = ready(new AtomicBoolean());
        Arrival third = ready(new AtomicBoolean());
        CountDownLatch inSecond = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Future<?> two = threads.submit(() -> Turns.take(model, second, (m, check) -> {
            order.add(2);
            inSecond.countDown();
            await(goOn);
            return true;
        }));
        first.countDown();
        inSecond.await();
        late.ready();
        Future<?> three = threads.submit(() -> Turns.take(model, third, (m, check) -> order.add(3)));
        Future<?> one = threads.submit(() -> Turns.take(model, late, (m, check) -> order.add(1)));
        Thread.sleep(50);
        goOn.countDown();
        for (Future<?> each : List.of(running, one, two, three)) {
            each.get();
        }

        assertThat(order).containsExactly(2, 1, 3);
    }

    @Test
    void whoIsGivenUpBeforeItBeganLeavesTheQueue() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        Future<?> running = occupy(first);
        Arrival waiting = ready(new AtomicBoolean());
        assertThat(model.queuedRequests()).isEqualTo(1);

        waiting.close();

        assertThat(model.queuedRequests()).isZero();
        first.countDown();
        running.get();
        assertThat(model.drain(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void whoNeverBeginsGivesItsPlaceBackWhenItsTimeIsOver() throws Exception {
        SharedModel<AutoCloseable> hurried = new SharedModel<>("tiny", () -> {}, 1, 1, Duration.ofMillis(200));
        Arrival forgotten = hurried.arrive(() -> false, "wait");
        forgotten.ready();
        assertThat(hurried.activeRequests()).isEqualTo(1);

        Thread.sleep(400);

        String answer = Turns.take(hurried, hurried.arrive(() -> false, "wait"), (m, check) -> "done");
        assertThat(answer).isEqualTo("done");
        assertThatThrownBy(() -> Turns.take(hurried, forgotten, (m, check) -> "done"))
                .isInstanceOf(DeadlineExceededException.class);
    }

    @Test
    void nobodyIsHeldUpWhileOneWhoWaitsIsAskedWhetherToGoOn() {
        RequestGate gate = new RequestGate(1, 1);
        RequestGate.Ticket running = gate.ticket();
        running.queue();
        RequestGate.Ticket waiting = gate.ticket();
        waiting.queue();

        // As where somebody ends a request at the moment at which another one looks.
        waiting.await(() -> {
            try {
                threads.submit(running::leave).get(10, TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new IllegalStateException(e);
            }
        });

        assertThat(gate.active()).isEqualTo(1);
        assertThat(gate.queued()).isZero();
    }

    private Arrival ready(AtomicBoolean signal) {
        Arrival arrival = model.arrive(signal::get, "wait");
        arrival.ready();
        return arrival;
    }

    private Future<?> occupy(CountDownLatch until) throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        Future<?> running = threads.submit(() -> Turns.take(model, model.arrive(() -> false, "wait"), (m, check) -> {
            inside.countDown();
            await(until);
            return true;
        }));
        inside.await();
        return running;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
