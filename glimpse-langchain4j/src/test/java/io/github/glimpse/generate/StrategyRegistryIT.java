package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.prefill.StrategyRegistry;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.sampling.GenerationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Strategies with thousands of different options, each with native memory of its own. */
class StrategyRegistryIT {

    private static final byte[] PICTURE = TinyModels.picture("llava-1_5-tiny/cases/009/r.png");
    private static final int KINDS = 3_000;
    private static final int CALLERS = 4;
    // A scope and the tensor in it.
    private static final int RESOURCES_OF_ONE = 2;

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger made = new AtomicInteger();
    private LoadedModel model;
    private int before;

    @BeforeEach
    void load() {
        model = LoadedModel.load(TinyModels.llava()
                .strategies(List.of(new Factory(), new FarFactory()))
                .pruning(PruningOptions.builder().strategy("none").build())
                .maxRunning(CALLERS)
                .build());
        before = model.liveResources();
    }

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void thousandsOfKindsOneAfterTheOtherLeaveOnlyTheLastOnes() {
        for (int kind = 0; kind < KINDS; kind++) {
            model.check(kind(kind));
            assertThat(open.get()).isLessThanOrEqualTo(StrategyRegistry.MOST_KINDS);
        }
        assertThat(made.get()).isEqualTo(KINDS);
        assertThat(model.liveResources()).isEqualTo(before + StrategyRegistry.MOST_KINDS * RESOURCES_OF_ONE);

        model.check(kind(KINDS - StrategyRegistry.MOST_KINDS));
        assertThat(made.get())
                .as("the oldest of those that are left is still there")
                .isEqualTo(KINDS);
        model.check(kind(KINDS - StrategyRegistry.MOST_KINDS + 1));
        model.check(kind(0));
        model.check(kind(KINDS - StrategyRegistry.MOST_KINDS));
        assertThat(made.get()).as("what was asked for lately stays").isEqualTo(KINDS + 1);
    }

    @Test
    void noneIsClosedWhileARequestUsesIt() throws Exception {
        AtomicInteger next = new AtomicInteger();
        ExecutorService callers = Executors.newFixedThreadPool(2 * CALLERS);
        List<Future<?>> ends = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            ends.add(callers.submit(() -> {
                for (int i = 0; i < 10; i++) {
                    ask(kind(next.getAndIncrement()));
                }
            }));
            ends.add(callers.submit(() -> {
                for (int kind = next.getAndIncrement(); kind < KINDS; kind = next.getAndIncrement()) {
                    model.check(kind(kind));
                }
            }));
        }
        for (Future<?> end : ends) {
            end.get(2, TimeUnit.MINUTES);
        }
        callers.shutdown();
        assertThat(made.get()).isGreaterThanOrEqualTo(KINDS);
        assertThat(open.get()).isEqualTo(StrategyRegistry.MOST_KINDS);
        assertThat(model.liveResources()).isEqualTo(before + StrategyRegistry.MOST_KINDS * RESOURCES_OF_ONE);
    }

    @Test
    void aPlaceOfItsOwnBehindTheLastLayerIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        model.check(PruningOptions.builder().strategy("far").build()))
                .withMessageMatching(
                        "The pruning strategy 'far' cuts at layer 99 unless a step says another place, and the"
                                + " model has \\d+ layers; set 'at' of the step, for example to 'vision' or 'layer last'");
    }

    private static final class FarFactory implements PruningStrategyFactory {

        @Override
        public String name() {
            return "far";
        }

        @Override
        public PruningStrategy create(StrategyContext context) {
            return EvidenceStrategy.named(name(), PruningPoint.afterLayers(99))
                    .choosing((evidence, budget) -> TokenSelection.all(evidence.alive().length));
        }
    }

    private void ask(PruningOptions pruning) {
        GenerationResult answer = model.generate(new GenerationRequest(
                List.of(ChatTurn.user("What?", PICTURE)),
                pruning,
                GenerationOptions.builder().maxOutputTokens(2).build()));
        assertThat(answer.report().retention()).isLessThan(1);
    }

    private static PruningOptions kind(int number) {
        return PruningOptions.builder()
                .strategy("first")
                .options(Map.of("kind", String.valueOf(number)))
                .build();
    }

    private final class Factory implements PruningStrategyFactory {

        @Override
        public String name() {
            return "first";
        }

        @Override
        public PruningStrategy create(StrategyContext context) {
            context.options().integer("kind", 0, 0, Integer.MAX_VALUE);
            made.incrementAndGet();
            return new First(context.runtime().openScope());
        }
    }

    /** Keeps the first half. Its tensor is read at every use: one that was freed fails. */
    private final class First implements PruningStrategy {

        private final TensorScope owned;
        private final ai.djl.ndarray.NDArray own;

        private First(TensorScope owned) {
            this.owned = owned;
            this.own = owned.floats(new float[] {2}, 1);
            open.incrementAndGet();
        }

        @Override
        public PruningPoint defaultPoint() {
            return PruningPoint.afterLayers(2);
        }

        @Override
        public void checkPoint(PruningPoint point) {}

        @Override
        public Set<EvidenceRequest> needs() {
            return Set.of();
        }

        @Override
        public @Nullable ProbeToken probeToken() {
            return null;
        }

        @Override
        public TokenSelection select(PruningEvidence evidence, TokenBudget budget) {
            return TokenSelection.of(TokenSelection.all((int) (evidence.alive().length / own.toFloatArray()[0]))
                    .kept());
        }

        @Override
        public void close() {
            owned.close();
            open.decrementAndGet();
        }
    }
}
