package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.Positions;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.LayerState;
import io.github.glimpse.prefill.Sequence;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.MemoryUse;
import io.github.glimpse.serve.ServingOptions;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** What requests reserve, hold and give back. */
class MemoryBudgetIT {

    private static final byte[] PICTURE = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");
    private static final int ENDINGS = 200;
    private static final int SIDE = 1_008; // 1,296 image tokens

    private static GenerationRequest request(int tokens, boolean isPruned) {
        return new GenerationRequest(
                List.of(ChatTurn.user("what is it", PICTURE)),
                PruningOptions.builder().enabled(isPruned).build(),
                GenerationOptions.builder().maxOutputTokens(tokens).build());
    }

    /** Sees what the caches hold, and what is reserved, while an answer is decoded. */
    private static final class Watcher implements StageObserver {

        private final LoadedModel model;
        private final List<MemoryUse> uses = new ArrayList<>();
        private List<LayerState> caches = List.of();
        private long held;

        Watcher(LoadedModel model) {
            this.model = model;
        }

        @Override
        public void onSequence(Sequence sequence, Positions positions) {
            caches = sequence.caches();
        }

        @Override
        public void onToken(int step, long position, int cacheRow) {
            uses.add(model.memoryUse());
            held = caches.stream()
                    .map(KvCache.class::cast)
                    .mapToLong(cache -> bytes(cache.keys()) + bytes(cache.values()))
                    .sum();
        }

        private static long bytes(NDArray tensor) {
            return tensor.getShape().size() * tensor.getDataType().getNumOfBytes();
        }
    }

    @Test
    void computedBytesAreThoseThatTheCachesHave() {
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen().build())) {
            for (boolean isPruned : new boolean[] {false, true}) {
                for (int tokens : new int[] {2, 700}) {
                    Watcher watcher = new Watcher(model);
                    model.generate(
                            request(tokens, isPruned), GenerationListener.NONE, new CancellationSignal(), watcher);

                    MemoryUse last = watcher.uses.get(watcher.uses.size() - 1);
                    assertThat(last.used()).isCloseTo(watcher.held, Percentage.withPercentage(5));
                    assertThat(last.reserved()).isGreaterThanOrEqualTo(watcher.held);
                    assertThat(model.memoryUse().reserved()).isZero();
                    assertThat(model.memoryUse().used()).isZero();
                }
            }
        }
    }

    @Test
    void whatCanNeverFitIsRefusedBeforeAnyWork() {
        ServingOptions serving = ServingOptions.defaults().withMemoryBudget(100_000L);
        try (LoadedModel model =
                LoadedModel.load(TinyModels.qwen().serving(serving).build())) {
            AtomicInteger layers = new AtomicInteger();
            StageObserver counting = new StageObserver() {
                @Override
                public void onLayer(int layer) {
                    layers.incrementAndGet();
                }
            };

            assertThatThrownBy(() -> model.generate(
                            request(8, true), GenerationListener.NONE, new CancellationSignal(), counting))
                    .isInstanceOf(PromptTooLongException.class)
                    .hasMessageContainingAll("needs up to", "glimpse.serving.memory-budget allows 97.7 KiB");
            assertThat(layers).hasValue(0);
            assertThat(model.memoryUse().reserved()).isZero();
        }
    }

    @Thorough
    @TestCategory.Memory
    @Test
    void aBudgetThatHoldsTwoWholeSequencesHoldsSixThatKeepElevenOfAHundredTokens() throws Exception {
        long[] whole;
        long[] pruned;
        EngineOptions.Builder options = TinyModels.qwen()
                .load(LoadOptions.builder().maxPixels(SIDE * SIDE).build())
                .visionCache(VisionCacheOptions.off());
        try (LoadedModel model = LoadedModel.load(options.build())) {
            whole = reserved(model, large(false));
            pruned = reserved(model, large(true));
        }
        // The third would begin with one byte more.
        ServingOptions serving = ServingOptions.defaults().withMemoryBudget(2 * whole[1] + whole[0] - 1);
        try (LoadedModel model = LoadedModel.load(options.serving(serving).build())) {
            assertThat(together(model, large(false), whole[0])).isEqualTo(2);
            assertThat(together(model, large(true), pruned[0])).isGreaterThanOrEqualTo(6);
            assertThat(model.memoryUse().reserved()).isZero();
        }
    }

    /** What is reserved for a request when it begins, and when it is decoded. */
    private static long[] reserved(LoadedModel model, GenerationRequest request) {
        long[] reserved = new long[2];
        StageObserver watcher = new StageObserver() {
            @Override
            public void onVision(int image, VisionFeatures features) {
                reserved[0] = model.memoryUse().reserved();
            }

            @Override
            public void onLogits(int step, float[] logits) {
                reserved[1] = model.memoryUse().reserved();
            }
        };
        model.generate(request, GenerationListener.NONE, new CancellationSignal(), watcher);
        return reserved;
    }

    /**
     * How many of as many requests as may run have their first words while nobody ends.
     *
     * @param needed bytes that the next one waits for
     */
    private static int together(LoadedModel model, GenerationRequest request, long needed) throws Exception {
        int callers = ServingOptions.DEFAULT_MAX_RUNNING;
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        List<CompletableFuture<GenerationResult>> all = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            AtomicInteger pieces = new AtomicInteger();
            GenerationListener holding = text -> {
                if (pieces.getAndIncrement() == 0) {
                    begun.incrementAndGet();
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
            };
            all.add(CompletableFuture.supplyAsync(
                    () -> model.generate(request, holding, new CancellationSignal()), threads));
        }
        MemoryUse use = model.memoryUse();
        while (begun.get() < callers
                && (begun.get() + use.waiting() < callers || use.budget() - use.reserved() >= needed)) {
            Thread.sleep(5);
            use = model.memoryUse();
        }
        int most = begun.get();
        end.countDown();
        for (CompletableFuture<GenerationResult> answer : all) {
            answer.get(5, TimeUnit.MINUTES);
        }
        threads.shutdown();
        return most;
    }

    private static GenerationRequest large(boolean isPruned) {
        return new GenerationRequest(
                List.of(ChatTurn.user("what is it", square())),
                PruningOptions.builder()
                        .enabled(isPruned)
                        .maxRetentionRatio(0.11)
                        .build(),
                GenerationOptions.builder().maxOutputTokens(256).build());
    }

    private static byte[] square() {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(1);
        for (int i = 0; i < SIDE * SIDE; i++) {
            picture.setRGB(i % SIDE, i / SIDE, random.nextInt(1 << 24));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Test
    void afterEveryKindOfEndingNothingIsReserved() throws Exception {
        EngineOptions.Builder options = TinyModels.qwen().maxQueued(ENDINGS).timeout(Duration.ofSeconds(60));
        long one;
        try (LoadedModel model = LoadedModel.load(options.build())) {
            Watcher watcher = new Watcher(model);
            model.generate(request(2, false), GenerationListener.NONE, new CancellationSignal(), watcher);
            one = watcher.uses.get(0).reserved();
        }
        // Room for some at a time, so that many wait for it.
        ServingOptions few = ServingOptions.defaults().withMemoryBudget(one * 12);
        try (LoadedModel model = LoadedModel.load(options.serving(few).build())) {
            ExecutorService callers = Executors.newFixedThreadPool(12);
            Random random = new Random(22);
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < ENDINGS; i++) {
                int kind = i % 5;
                int after = random.nextInt(4);
                boolean isPruned = random.nextBoolean();
                all.add(CompletableFuture.runAsync(() -> end(model, kind, after, isPruned), callers));
            }
            CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).get(10, TimeUnit.MINUTES);
            callers.shutdown();

            assertThat(model.memoryUse().reserved()).isZero();
            assertThat(model.memoryUse().used()).isZero();
            assertThat(model.memoryUse().waiting()).isZero();
            assertThat(model.generate(request(4, true)).tokenIds()).isNotEmpty();
        }
    }

    private static void end(LoadedModel model, int kind, int after, boolean isPruned) {
        CancellationSignal signal = new CancellationSignal();
        AtomicInteger pieces = new AtomicInteger();
        GenerationListener listener = text -> {
            if (pieces.getAndIncrement() == after && kind == 1) {
                signal.cancel();
            } else if (pieces.get() > after && kind == 2) {
                throw new IllegalStateException("a listener that throws");
            }
        };
        try (var arrival = model.arrive(signal)) {
            if (kind == 3) {
                signal.cancel();
            }
            byte[] picture = kind == 4 ? new byte[] {1, 2, 3} : PICTURE;
            GenerationRequest request = new GenerationRequest(
                    List.of(ChatTurn.user("what is it", picture)),
                    PruningOptions.builder().enabled(isPruned).build(),
                    GenerationOptions.builder().maxOutputTokens(12).build());
            assertThat(model.answer(request.over(model.options()), listener, arrival)
                            .tokenIds())
                    .isNotEmpty();
            assertThat(kind).isNotIn(3, 4);
        } catch (GlimpseException e) {
            assertThat(kind).as(e.toString()).isIn(1, 3, 4);
        } catch (IllegalStateException e) {
            assertThat(kind).as(e.toString()).isEqualTo(2);
        }
    }
}
