package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prefill.VisionFeatureCache;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.serve.MemoryBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
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
            try (VisionFeatureCache cache = new VisionFeatureCache(
                    2 * size, Duration.ofSeconds(1), now::get, new MemoryBudget(4 * size, "memory-budget"))) {
                for (String key : List.of("one", "two")) {
                    add(model, cache, key, size);
                }
                Objects.requireNonNull(cache.find("one", Set.of())).close();
                add(model, cache, "three", size);
                assertThat(cache.find("two", Set.of())).isNull();
                VisionFeatureCache.Lease one = Objects.requireNonNull(cache.find("one", Set.of()));
                now.addAndGet(Duration.ofSeconds(2).toNanos());
                assertThat(cache.find("three", Set.of())).isNull();
                assertThat(cache.pictures()).isZero();
                assertThat(cache.bytes()).isZero();
                assertThat(one.features().rows().getShape().size())
                        .as("lent, so alive")
                        .isPositive();
                one.close();

                add(model, cache, "four", size);
                now.addAndGet(Duration.ofSeconds(2).toNanos());
                assertThat(cache.pictures()).as("though no other comes").isZero();
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
            try (VisionFeatureCache cache = new VisionFeatureCache(80, Duration.ofHours(1), System::nanoTime, memory)) {
                add(model, cache, "one", 40);
                add(model, cache, "two", 40);
                VisionFeatureCache.Lease two = Objects.requireNonNull(cache.find("two", Set.of()));

                try (MemoryBudget.Reservation running = memory.reserve(60, "it", () -> {})) {
                    assertThat(running.bytes()).isEqualTo(60);
                    assertThat(cache.find("one", Set.of())).isNull();
                    assertThat(memory.use().remembered()).isEqualTo(40);
                    add(model, cache, "three", 40);
                    assertThat(cache.find("three", Set.of())).as("no room left").isNull();
                }
                two.close();
                add(model, cache, "three", 40);
                assertThat(memory.use().remembered()).isEqualTo(80);
            }
            assertThat(memory.use().remembered()).isZero();
        }
    }

    private static void add(LoadedModel model, VisionFeatureCache cache, String key, long size) {
        TensorScope scope = model.runtime().openScope();
        cache.add(key, new VisionFeatures(scope.floats(new float[4], 2, 2), Map.of()), List.of(), scope, size)
                .close();
    }

    private static GenerationResult ask(LoadedModel model, StageObserver observer, byte[]... pictures) {
        return model.generate(
                new GenerationRequest(
                        List.of(ChatTurn.user("What is it?", pictures)),
                        PruningOptions.defaults(),
                        GenerationOptions.builder().maxOutputTokens(4).build()),
                GenerationListener.NONE,
                new CancellationSignal(),
                observer);
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
