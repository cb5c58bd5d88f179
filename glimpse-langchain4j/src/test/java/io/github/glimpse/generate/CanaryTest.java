package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.text.ToolForm;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class CanaryTest {

    private static final GenerationRequest REQUEST =
            GenerationRequest.of(ChatTurn.user("What does it cost?", new byte[] {1, 2, 3}));

    private final ConcurrentLinkedQueue<GenerationRequest> asked = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean idle = new AtomicBoolean(true);
    private Canary canary = canary(1, (request, cancelled) -> answer("Five.", 7, 3));

    @AfterEach
    void close() {
        canary.close();
    }

    private Canary canary(double ratio, Canary.Asker asker) {
        return new Canary(ratio, idle::get, (request, cancelled) -> {
            asked.add(request);
            return asker.answer(request, cancelled);
        });
    }

    private static GenerationResult answer(String text, int firstToken, int kept) {
        PatchPlan plan = new PatchPlan(new ImageGrid(1, 3, 14, 1), 42, 14, 0, 0, 14, 14);
        int[] tokens = new int[kept];
        for (int i = 0; i < kept; i++) {
            tokens[i] = i;
        }
        Duration none = Duration.ZERO;
        return new GenerationResult(
                text,
                new int[] {firstToken, 2},
                FinishReason.STOP,
                new AnswerLikelihood(1, 1, 1),
                9,
                6 + kept,
                new PruningReport(
                        "glimpse", PruningPoint.afterLayers(2), List.of(new PruningReport.Image(plan, tokens, null))),
                new StageTimings(none, none, none, none, none, none, none, none),
                HistoryReport.WHOLE);
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(2);
        }
    }

    private void offerAndAwait(GenerationResult pruned) throws InterruptedException {
        CanaryUse before = canary.use();
        canary.offer(REQUEST, pruned);
        until(() -> !canary.use().equals(before));
    }

    @Test
    void asksOnceMoreWithoutPruningAndComparesTexts() throws InterruptedException {
        offerAndAwait(answer("five", 7, 1));

        assertThat(canary.use()).isEqualTo(new CanaryUse(1, 1, 1, 0, 0, 0));
        assertThat(asked.element().pruning().enabled()).isFalse();
        assertThat(asked.element().turns()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"Five, 7, 1, 1", "Six, 7, 0, 1", "Six, 8, 0, 0", "'  FIVE !', 8, 1, 0"})
    void countsTextsAndFirstTokensApart(String text, int token, int agreed, int first) throws InterruptedException {
        offerAndAwait(answer(text, token, 1));
        assertThat(canary.use()).isEqualTo(new CanaryUse(1, agreed, first, 0, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({"0.1, 10", "0.5, 50", "0.3, 30", "1, 100", "0, 0"})
    void takesTheShareByCounting(double ratio, int due) {
        canary.close();
        canary = canary(ratio, (request, cancelled) -> answer("Five", 7, 3));
        idle.set(false);
        for (int i = 0; i < 100; i++) {
            canary.offer(REQUEST, answer("Five", 7, 1));
        }
        assertThat(canary.use().skipped()).isBetween(due - 1L, (long) due);
        assertThat(asked).isEmpty();
    }

    @Test
    void leavesOutWhatWasSampledAndWhatWasNotPruned() {
        canary.offer(
                new GenerationRequest(
                        REQUEST.turns(),
                        REQUEST.pruning(),
                        GenerationOptions.builder().temperature(0.7).build()),
                answer("Five", 7, 1));
        canary.offer(REQUEST, answer("Five", 7, 3));

        assertThat(canary.use()).isEqualTo(CanaryUse.none());
        assertThat(asked).isEmpty();
    }

    @Test
    void doesNothingWhileOthersRun() {
        idle.set(false);
        canary.offer(REQUEST, answer("Five", 7, 1));
        assertThat(canary.use()).isEqualTo(new CanaryUse(0, 0, 0, 1, 0, 0));
        assertThat(asked).isEmpty();
    }

    @Test
    void stepsAsideForARequestAndRunsOneAtATime() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        canary.close();
        canary = canary(1, (request, cancelled) -> {
            running.countDown();
            while (!cancelled.getAsBoolean()) {
                Thread.onSpinWait();
            }
            throw new GenerationCancelledException("cancelled");
        });
        canary.offer(REQUEST, answer("Five", 7, 1));
        running.await();
        canary.offer(REQUEST, answer("Five", 7, 1));
        assertThat(canary.use().skipped()).isOne();

        canary.stepAside();

        until(() -> canary.use().abandoned() == 1);
        assertThat(canary.use()).isEqualTo(new CanaryUse(0, 0, 0, 1, 1, 0));
    }

    @Test
    void aFailureIsCountedAndTheNextOneRuns() throws InterruptedException {
        AtomicBoolean broken = new AtomicBoolean(true);
        canary.close();
        canary = canary(1, (request, cancelled) -> {
            if (broken.getAndSet(false)) {
                throw new IllegalStateException("broken");
            }
            return answer("Five", 7, 3);
        });
        offerAndAwait(answer("Five", 7, 1));
        assertThat(canary.use().failed()).isOne();
        // The thread of the failed run may still be leaving.
        while (canary.use().answered() == 0) {
            offerAndAwait(answer("Five", 7, 1));
        }
        assertThat(canary.use().agreed()).isOne();
    }

    @Test
    void nothingIsStartedOnceItIsClosed() {
        canary.close();
        canary.offer(REQUEST, answer("Five", 7, 1));
        assertThat(asked).isEmpty();
        assertThat(canary.use().skipped()).isOne();
    }

    @Test
    void theCallersArrayMayChangeOnceItHasItsAnswer() throws InterruptedException {
        byte[] picture = {1, 2, 3};
        CountDownLatch changed = new CountDownLatch(1);
        canary.close();
        canary = canary(1, (request, cancelled) -> {
            await(changed);
            return answer("Five", 7, 3);
        });
        canary.offer(GenerationRequest.of(ChatTurn.user("What?", picture)), answer("Five", 7, 1));
        picture[0] = 99;
        changed.countDown();
        until(() -> canary.use().answered() == 1);

        ChatTurn.Picture seen =
                (ChatTurn.Picture) asked.element().turns().get(0).parts().get(0);
        assertThat(seen.bytes()).containsExactly(1, 2, 3);
    }

    @Test
    void itAsksWithTheSameToolsAndOptionsAndWithoutPruning() throws InterruptedException {
        GenerationRequest request = new GenerationRequest(
                REQUEST.turns(),
                PruningOptions.builder().threshold(0.4).build(),
                GenerationOptions.builder().maxOutputTokens(7).build(),
                ToolOffer.none(ToolForm.PROMPTED),
                AnswerForm.choice(List.of("Five", "Six")));

        canary.offer(request, answer("Five", 7, 1));
        until(() -> !asked.isEmpty());

        GenerationRequest again = asked.element();
        assertThat(again.tools()).isEqualTo(request.tools());
        assertThat(again.form()).isEqualTo(request.form());
        assertThat(again.generation()).isEqualTo(request.generation());
        assertThat(again.pruning().enabled()).isFalse();
    }

    @Test
    void anEngineThatClosesIsNoFailure() throws InterruptedException {
        canary.close();
        canary = canary(1, (request, cancelled) -> {
            throw new EngineClosedException("closed");
        });
        offerAndAwait(answer("Five", 7, 1));
        assertThat(canary.use().abandoned()).isOne();
    }

    @ParameterizedTest
    @CsvSource({"' A  red CAR. ', a red car", "3.50, 3.50", "-5, -5", "Yes!?, yes", "'', ''", "'\uFF21', a"})
    void normalisesWhatDoesNotCount(String answer, String plain) {
        assertThat(Canary.normalised(answer)).isEqualTo(plain);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
