package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.image.VideoOptions;
import io.github.glimpse.model.FirstToken;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.llava.LlavaFamily;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.glimpse.GlimpseStrategyFactory;
import io.github.glimpse.sampling.GenerationOptions;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EngineOptionsTest {

    private static final PruningOptions PRUNING =
            PruningOptions.builder().threshold(0.4).build();

    /** Every value is another than the default. */
    private static final EngineOptions ALL = EngineOptions.builder(Path.of("model"))
            .module(Path.of("module"))
            .name("name")
            .family("blip")
            .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
            .load(LoadOptions.builder().firstToken(FirstToken.ENC).build())
            .pruning(PRUNING)
            .generation(GenerationOptions.builder().beams(2).build())
            .imageLimits(new ImageLimits(1_000, 1_000))
            .video(VideoOptions.builder().maxFrames(11).build())
            .transparency(Transparency.DROP)
            .maxImages(3)
            .maxTexts(4)
            .history(HistoryMode.REFUSE)
            .maxInputTokens(5)
            .maxRunning(6)
            .maxQueued(7)
            .timeout(Duration.ofSeconds(8))
            .visionCache(new VisionCacheOptions(9, Duration.ofMinutes(10)))
            .prefixCache(new PrefixCacheOptions(9, Duration.ofMinutes(10), PrefixCacheOptions.Scope.APPLICATION))
            .warmUp(true)
            .families(List.of(new LlavaFamily()))
            .strategies(List.of(new GlimpseStrategyFactory()))
            .profiles(Map.of("own", PRUNING))
            .canaryRatio(0.5)
            .build();

    @Test
    void aCopyHasEveryValue() throws ReflectiveOperationException {
        EngineOptions standard = EngineOptions.builder(Path.of("other")).build();
        for (RecordComponent value : EngineOptions.class.getRecordComponents()) {
            assertThat(value.getAccessor().invoke(ALL))
                    .as(value.getName() + " is not the default, so that losing it would show")
                    .isNotEqualTo(value.getAccessor().invoke(standard));
        }
        assertThat(ALL.toBuilder().build()).isEqualTo(ALL);
    }

    @Test
    void filesFromElsewhereChangeNothingElse() {
        EngineOptions moved = ALL.withFiles(Path.of("there"), null);

        assertThat(moved.model()).isEqualTo(Path.of("there"));
        assertThat(moved.module()).isNull();
        assertThat(moved.withFiles(Path.of("model"), Path.of("module"))).isEqualTo(ALL);
    }
}
