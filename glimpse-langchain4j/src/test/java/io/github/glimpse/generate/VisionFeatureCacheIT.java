package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.prefill.EncodedUnit;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.LendingCache;
import io.github.glimpse.serve.MemoryBudget;
import io.github.glimpse.serve.Remembered.Loan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A picture that was seen before is not looked at again, and the answer does not change by that. */
class VisionFeatureCacheIT {

    private static final byte[] PICTURE = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");
    private static final byte[] OTHER = TinyModels.picture("qwen2_5_vl-tiny/cases/021/b.png");

    @Test
    void aSecondQuestionAboutAPictureLooksAtItNoMore() {
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen().build())) {
            Watcher first = new Watcher();
            Watcher second = new Watcher();
            GenerationResult seen = ask(model, first, PICTURE);
            GenerationResult remembered = ask(model, second, PICTURE);
            assertThat(first.pixels).containsExactly(0);
            assertThat(second.pixels).isEmpty();
            assertThat(remembered.tokenIds()).isEqualTo(seen.tokenIds());
            assertThat(remembered.report().images().get(0).kept())
                    .isEqualTo(seen.report().images().get(0).kept());
            assertThat(second.logits.get(0)).as("bit for bit").isEqualTo(first.logits.get(0));
            assertThat(model.visionCacheUse().hits()).isEqualTo(1);
            assertThat(model.visionCacheUse().misses()).isEqualTo(1);
        }
    }

    @Test
    void picturesOfOneRequestAreFoundOneByOne() {
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen().build())) {
            ask(model, new Watcher(), PICTURE);
            Watcher both = new Watcher();
            GenerationResult mixed = ask(model, both, OTHER, PICTURE);
            assertThat(both.pixels).containsExactly(0);
            assertThat(mixed.tokenIds())
                    .isEqualTo(ask(model, new Watcher(), OTHER, PICTURE).tokenIds());
        }
    }

    @Test
    void aPictureTwiceInOneRequestIsLookedAtOnce() {
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen().build());
                LoadedModel forgetful = LoadedModel.load(
                        TinyModels.qwen().visionCache(VisionCacheOptions.off()).build())) {
            Watcher twice = new Watcher();
            Watcher apart = new Watcher();
            GenerationResult once = ask(model, twice, PICTURE, PICTURE);
            assertThat(once.tokenIds())
                    .isEqualTo(ask(forgetful, apart, PICTURE, PICTURE).tokenIds());
            assertThat(twice.logits.get(0)).isEqualTo(apart.logits.get(0));
            assertThat(twice.pixels).containsExactly(0);
            assertThat(apart.pixels).containsExactly(0, 1);
        }
    }

    @RepeatedTest(5)
    void picturesThatManyAskAboutAtOnceAreLookedAtOnceEach() throws Exception {
        try (LoadedModel alone = LoadedModel.load(TinyModels.qwen().build());
                LoadedModel model =
                        LoadedModel.load(TinyModels.qwen().maxRunning(8).build())) {
            List<Integer> pixels = Collections.synchronizedList(new ArrayList<>());
            StageObserver watcher = new StageObserver() {
                @Override
                public void onPixels(int image, PixelPatches patches) {
                    pixels.add(image);
                }
            };
            List<List<Integer>> expected = List.of(
                    tokens(ask(alone, StageObserver.NONE, PICTURE, OTHER)),
                    tokens(ask(alone, StageObserver.NONE, OTHER, PICTURE)));

            List<List<Integer>> answers = together(
                    i -> i % 2 == 0 ? ask(model, watcher, PICTURE, OTHER) : ask(model, watcher, OTHER, PICTURE));

            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i)).isEqualTo(expected.get(i % 2));
            }
            assertThat(pixels).hasSize(2);
            assertThat(model.visionCacheUse().misses()).isEqualTo(2);
            assertThat(model.visionCacheUse().hits()).isEqualTo(14);
        }
    }

    @Test
    void requestsOfOtherCacheScopesDoNotWaitForEachOther() throws Exception {
        try (LoadedModel model =
                LoadedModel.load(TinyModels.qwen().maxRunning(8).build())) {
            List<Integer> pixels = Collections.synchronizedList(new ArrayList<>());
            StageObserver watcher = new StageObserver() {
                @Override
                public void onPixels(int image, PixelPatches patches) {
                    pixels.add(image);
                }
            };

            List<List<Integer>> answers = together(i -> model.generate(
                    request(PICTURE).inCacheScope("caller " + i % 4),
                    GenerationListener.NONE,
                    new CancellationSignal(),
                    watcher));

            assertThat(answers).containsOnly(answers.get(0));
            assertThat(pixels).hasSize(4);
            assertThat(model.visionCacheUse().misses()).isEqualTo(4);
            assertThat(model.visionCacheUse().hits()).isEqualTo(4);
        }
    }

    @RepeatedTest(5)
    void whoeverWaitsForAPictureLooksAtItWhenTheOtherGivesUp() throws Exception {
        try (LoadedModel alone = LoadedModel.load(TinyModels.qwen().build());
                LoadedModel model =
                        LoadedModel.load(TinyModels.qwen().maxRunning(8).build())) {
            List<Integer> expected = tokens(ask(alone, StageObserver.NONE, PICTURE));

            List<List<Integer>> answers = together(i -> {
                CancellationSignal signal = new CancellationSignal();
                StageObserver givesUp = new StageObserver() {
                    @Override
                    public void onPixels(int image, PixelPatches patches) {
                        signal.cancel();
                    }
                };
                return ask(model, i < 4 ? givesUp : StageObserver.NONE, signal, PICTURE);
            });

            assertThat(answers.subList(4, 8)).containsOnly(expected);
            assertThat(answers.subList(0, 4)).isSubsetOf(expected, List.of());
            assertThat(model.visionCacheUse().pictures()).isEqualTo(1);
        }
    }

    @Test
    void withoutRoomNothingIsRememberedAndNothingStays() {
        try (LoadedModel model = LoadedModel.load(
                TinyModels.qwen().visionCache(VisionCacheOptions.off()).build())) {
            int before = model.liveResources();
            ask(model, new Watcher(), PICTURE);
            Watcher again = new Watcher();
            ask(model, again, PICTURE);
            assertThat(again.pixels).containsExactly(0);
            assertThat(model.visionCacheUse().pictures()).isZero();
            assertThat(model.liveResources()).isEqualTo(before);
        }
    }

    @Test
    void theLongestUnusedGoesFirstAndTheOldGoAfterTheirTime() {
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen().build())) {
            ask(model, new Watcher(), PICTURE);
            long size = model.visionCacheUse().bytes();
            AtomicLong now = new AtomicLong();
            try (LendingCache<EncodedUnit> cache = new LendingCache<>(
                    2 * size, Duration.ofSeconds(1), now::get, new MemoryBudget(4 * size, "memory-budget"))) {
                for (String key : List.of("one", "two")) {
                    add(model, cache, key, size);
                }
                Objects.requireNonNull(cache.find("one", unit -> true)).close();
                add(model, cache, "three", size);
                assertThat(cache.find("two", unit -> true)).isNull();
                Loan<EncodedUnit> one = Objects.requireNonNull(cache.find("one", unit -> true));
                now.addAndGet(Duration.ofSeconds(2).toNanos());
                assertThat(cache.find("three", unit -> true)).isNull();
                assertThat(cache.size()).isZero();
                assertThat(cache.bytes()).isZero();
                assertThat(one.value().features().rows().getShape().size())
                        .as("lent, so alive")
                        .isPositive();
                one.close();

                add(model, cache, "four", size);
                now.addAndGet(Duration.ofSeconds(2).toNanos());
                assertThat(cache.size()).as("though no other comes").isZero();
                add(model, cache, "five", size);
                now.addAndGet(Duration.ofSeconds(2).toNanos());
                assertThat(cache.bytes()).as("though no other comes").isZero();
            }
        }
    }

    @Test
    void whatIsRememberedGivesWayToRequestsThatRun() {
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen().build())) {
            MemoryBudget memory = new MemoryBudget(100, "memory-budget");
            try (LendingCache<EncodedUnit> cache =
                    new LendingCache<>(80, Duration.ofHours(1), System::nanoTime, memory)) {
                add(model, cache, "one", 40);
                add(model, cache, "two", 40);
                Loan<EncodedUnit> two = Objects.requireNonNull(cache.find("two", unit -> true));

                try (MemoryBudget.Reservation running = memory.reserve(60, "it", () -> {})) {
                    assertThat(running.bytes()).isEqualTo(60);
                    assertThat(cache.find("one", unit -> true)).isNull();
                    assertThat(memory.use().remembered()).isEqualTo(40);
                    add(model, cache, "three", 40);
                    assertThat(cache.find("three", unit -> true))
                            .as("no room left")
                            .isNull();
                }
                two.close();
                add(model, cache, "three", 40);
                assertThat(memory.use().remembered()).isEqualTo(80);
            }
            assertThat(memory.use().remembered()).isZero();
        }
    }

    private static void add(LoadedModel model, LendingCache<EncodedUnit> cache, String key, long size) {
        TensorScope scope = model.runtime().openScope();
        VisionFeatures features = new VisionFeatures(scope.floats(new float[4], 2, 2), Map.of());
        cache.add(key, new EncodedUnit(features, List.of()), scope, size).close();
    }

    private static List<Integer> tokens(GenerationResult result) {
        return Arrays.stream(result.tokenIds()).boxed().toList();
    }

    /** The tokens of eight callers at once; none of one that was cancelled. */
    private static List<List<Integer>> together(IntFunction<GenerationResult> each) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<GenerationResult>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int number = i;
                answers.add(threads.submit(() -> each.apply(number)));
            }
            List<List<Integer>> all = new ArrayList<>();
            for (Future<GenerationResult> answer : answers) {
                try {
                    all.add(tokens(answer.get(60, TimeUnit.SECONDS)));
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(GenerationCancelledException.class);
                    all.add(List.of());
                }
            }
            return all;
        } finally {
            threads.shutdownNow();
        }
    }

    private static GenerationResult ask(LoadedModel model, StageObserver observer, byte[]... pictures) {
        return ask(model, observer, new CancellationSignal(), pictures);
    }

    private static GenerationResult ask(
            LoadedModel model, StageObserver observer, CancellationSignal signal, byte[]... pictures) {
        return model.generate(request(pictures), GenerationListener.NONE, signal, observer);
    }

    private static GenerationRequest request(byte[]... pictures) {
        return new GenerationRequest(
                List.of(ChatTurn.user("What is it?", pictures)),
                PruningOptions.defaults(),
                GenerationOptions.builder().maxOutputTokens(4).build());
    }

    private static final class Watcher implements StageObserver {

        private final List<Integer> pixels = new ArrayList<>();
        private final List<float[]> logits = new ArrayList<>();

        @Override
        public void onPixels(int image, PixelPatches patches) {
            pixels.add(image);
        }

        @Override
        public void onLogits(int step, float[] values) {
            logits.add(values.clone());
        }
    }
}
