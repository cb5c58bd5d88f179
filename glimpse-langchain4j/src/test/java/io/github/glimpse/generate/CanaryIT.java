package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.EngineState;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The canary with a real engine: it finds what it should, holds nobody up, and leaves nothing behind. */
@Timeout(120)
class CanaryIT {

    private static final byte[] PICTURE = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");

    private LoadedModel model;

    @BeforeEach
    void load() {
        model = LoadedModel.load(TinyModels.qwen().canaryRatio(0.5).build());
    }

    @AfterEach
    void close() {
        model.close();
    }

    private static GenerationRequest question(int tokens, PruningOptions pruning) {
        return new GenerationRequest(
                List.of(ChatTurn.user("What colour is the car?", PICTURE)),
                pruning,
                GenerationOptions.builder().maxOutputTokens(tokens).build());
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(5);
        }
    }

    @Test
    void comparesEverySecondAnswerWithTheUnprunedOne() throws InterruptedException {
        int before = model.liveResources();
        GenerationResult full = model.generate(
                question(4, PruningOptions.builder().enabled(false).build()));
        GenerationResult pruned = model.generate(question(4, PruningOptions.defaults()));
        assertThat(model.canaryUse()).isEqualTo(CanaryUse.none());
        model.generate(question(4, PruningOptions.defaults()));

        until(() -> model.canaryUse().answered() == 1);

        boolean agree = Canary.normalised(full.text()).equals(Canary.normalised(pruned.text()));
        boolean first = full.tokenIds()[0] == pruned.tokenIds()[0];
        assertThat(model.canaryUse()).isEqualTo(new CanaryUse(1, agree ? 1 : 0, first ? 1 : 0, 0, 0, 0));
        until(() -> model.liveResources() == before);
    }

    @Test
    void aRequestThatComesEndsItAndGetsItsOwnAnswer() throws InterruptedException {
        int before = model.liveResources();
        model.generate(question(2, PruningOptions.defaults()));
        // The second of two is due. It would go on for very long if nobody came.
        GenerationResult first = model.generate(question(2, PruningOptions.defaults()));
        GenerationResult next = model.generate(question(2, PruningOptions.defaults()));

        until(() -> {
            CanaryUse use = model.canaryUse();
            return use.answered() + use.abandoned() == 1;
        });
        assertThat(next.tokenIds()).isEqualTo(first.tokenIds());
        assertThat(model.activeRequests()).isZero();
        until(() -> model.liveResources() == before);
    }

    @Test
    void takesNoPlaceAtTheGate() throws InterruptedException {
        model.generate(question(1, PruningOptions.defaults()));
        model.generate(question(1, PruningOptions.defaults()));
        assertThat(model.activeRequests()).isZero();
        until(() -> model.canaryUse().answered() == 1);
        assertThat(model.activeRequests()).isZero();
    }

    @Test
    void doesNotRunBesideOthersOrWhileTheEngineDrains() throws InterruptedException {
        model.generate(question(1, PruningOptions.defaults()));
        CountDownLatch shut = new CountDownLatch(1);
        Thread drain = new Thread(() -> {
            model.drain(java.time.Duration.ofMinutes(1));
            shut.countDown();
        });
        model.generate(
                question(1, PruningOptions.defaults()),
                text -> {
                    if (!drain.isAlive() && shut.getCount() == 1) {
                        drain.start();
                        untilDraining();
                    }
                },
                new CancellationSignal());
        shut.await();

        assertThat(model.canaryUse().answered()).isZero();
        assertThat(model.canaryUse().skipped()).isOne();
    }

    private void untilDraining() {
        while (model.state() != EngineState.DRAINING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void closingTheEngineEndsIt() {
        model.generate(question(1, PruningOptions.defaults()));
        model.generate(question(400, PruningOptions.defaults()));
        model.close();
        assertThat(model.state()).isEqualTo(EngineState.CLOSED);
        CanaryUse use = model.canaryUse();
        assertThat(use.failed()).isZero();
    }

    @Test
    void aRatioThatIsNoneIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TinyModels.qwen().canaryRatio(1.5).build())
                .withMessageContaining("canary-ratio is 1.5");
    }
}
