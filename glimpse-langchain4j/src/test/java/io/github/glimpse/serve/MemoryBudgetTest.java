package io.github.glimpse.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.EngineBusyException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.serve.MemoryBudget.Reservation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {

    private final MemoryBudget memory = new MemoryBudget(100, "the.property");

    private static void on() {}

    private CompletableFuture<Reservation> asked(long bytes) {
        int before = memory.use().waiting();
        CompletableFuture<Reservation> asked =
                CompletableFuture.supplyAsync(() -> memory.reserve(bytes, "it", MemoryBudgetTest::on));
        while (memory.use().waiting() == before && !asked.isDone()) {
            Thread.onSpinWait();
        }
        return asked;
    }

    @Test
    void whatCanNeverFitIsRefusedWithBothFiguresAndTheProperty() {
        MemoryBudget small = new MemoryBudget(3 << 20, "the.property");

        assertThatThrownBy(() -> small.reserve(4 << 20, "A prompt of 7 tokens", MemoryBudgetTest::on))
                .isInstanceOf(PromptTooLongException.class)
                .hasMessageContainingAll("A prompt of 7 tokens", "4.0 MiB", "3.0 MiB", "the.property");
        assertThat(small.use().waiting()).isZero();
    }

    @Test
    void whatIsGivenCountsElseWhatIsLeftAndWhereNobodyKnowsThereIsNoLimit() {
        assertThat(MemoryBudget.of(7L, 100, "cpu", "the.property").limit()).isEqualTo(7);
        assertThat(MemoryBudget.of(700L, 100, "cpu", "the.property").limit()).isEqualTo(700);
        assertThat(MemoryBudget.of(null, 100, "cpu", "the.property").limit()).isEqualTo(100);
        assertThat(MemoryBudget.of(null, 0, "cpu", "the.property").limit()).isEqualTo(1);
        assertThat(MemoryBudget.of(null, -1, "cpu", "the.property").limit()).isGreaterThan(1L << 60);
    }

    @Test
    void whatFindsRoomAtOnceKeepsNothingFromBeingRemembered() {
        CompletableFuture<Void> others = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 500_000; i++) {
                memory.reserve(1, "it", MemoryBudgetTest::on).close();
            }
        });
        int refused = 0;
        while (!others.isDone()) {
            if (memory.mayRemember(1) && memory.remember(1)) {
                memory.forget(1);
            } else {
                refused++;
            }
        }
        others.join();

        assertThat(refused).isZero();
    }

    @Test
    void aBudgetThatNothingFitsInIsToldInSmallerUnits() {
        MemoryBudget small = new MemoryBudget(1 << 10, "the.property");

        assertThatThrownBy(() -> small.reserve(2 << 20, "A prompt of 7 tokens", MemoryBudgetTest::on))
                .hasMessageContainingAll("2.0 MiB", "the.property allows 1.0 KiB");
    }

    @Test
    void whatIsGivenBackLetsTheNextBegin() throws Exception {
        Reservation first = memory.reserve(80, "it", MemoryBudgetTest::on);
        CompletableFuture<Reservation> second = asked(60);
        assertThat(second).isNotDone();

        first.settle(40);

        assertThat(second.get(30, TimeUnit.SECONDS).bytes()).isEqualTo(60);
        assertThat(memory.use()).isEqualTo(new MemoryUse(100, 100, 0, 0, 0));
        second.get().close();
        first.close();
        first.close();
        assertThat(memory.use()).isEqualTo(new MemoryUse(100, 0, 0, 0, 0));
    }

    @Test
    void aSmallOneDoesNotOvertakeALargeOneThatCameBefore() throws Exception {
        Reservation first = memory.reserve(50, "it", MemoryBudgetTest::on);
        CompletableFuture<Reservation> large = asked(80);
        CompletableFuture<Reservation> small = asked(10);
        assertThat(memory.use().waiting()).isEqualTo(2);
        assertThat(memory.remember(1)).as("others wait").isFalse();

        first.close();

        assertThat(large.get(30, TimeUnit.SECONDS).bytes()).isEqualTo(80);
        assertThat(small.get(30, TimeUnit.SECONDS).bytes()).isEqualTo(10);
    }

    @Test
    void whoeverIsCancelledWhileWaitingLeavesThePlace() {
        Reservation first = memory.reserve(80, "it", MemoryBudgetTest::on);

        assertThatThrownBy(() -> memory.reserve(80, "it", () -> {
                    throw new GenerationCancelledException("no more");
                }))
                .hasMessage("no more");
        assertThat(memory.use().waiting()).isZero();
        first.close();
        assertThat(memory.use().reserved()).isZero();
    }

    @Test
    void whatIsRememberedGivesWay() {
        AtomicLong kept = new AtomicLong(90);
        assertThat(memory.remember(90)).isTrue();
        memory.reclaimBy(bytes -> {
            kept.addAndGet(-bytes);
            memory.forget(bytes);
            return bytes;
        });

        try (Reservation running = memory.reserve(70, "it", MemoryBudgetTest::on)) {
            assertThat(running.bytes()).isEqualTo(70);
            assertThat(kept.get()).isEqualTo(30);
            assertThat(memory.use().remembered()).isEqualTo(30);
            running.settle(80);
            assertThat(kept.get()).isEqualTo(20);
        }
    }

    @Test
    void aRequestThatNeedsMoreThanItSaidNeverWaitsForOthers() {
        try (Reservation first = memory.reserve(60, "it", MemoryBudgetTest::on);
                Reservation second = memory.reserve(40, "it", MemoryBudgetTest::on)) {
            assertThatThrownBy(() -> first.settle(61))
                    .isInstanceOf(EngineBusyException.class)
                    .hasMessageContaining("the.property");
            second.settle(39);
            first.settle(61);
            assertThat(memory.use().reserved()).isEqualTo(100);
        }
        assertThat(memory.use().reserved()).isZero();
    }

    @Test
    void isNeverAboveItsLimitAndEmptyInTheEnd() throws Exception {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Random random = new Random(i);
            all.add(CompletableFuture.runAsync(() -> {
                for (int j = 0; j < 300; j++) {
                    try (Reservation own = memory.reserve(1 + random.nextInt(100), "it", MemoryBudgetTest::on)) {
                        own.uses(own.bytes() / 2);
                        own.settle(own.bytes() / 2);
                        MemoryUse use = memory.use();
                        assertThat(use.reserved() + use.remembered()).isLessThanOrEqualTo(100);
                    }
                }
            }));
        }
        CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).get(60, TimeUnit.SECONDS);
        assertThat(memory.use()).isEqualTo(new MemoryUse(100, 0, 0, 0, 0));
    }
}
