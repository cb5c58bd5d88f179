package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.RatioReason;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Cuts over all slices of a video at once, with a floor for each, alone and behind {@code evs}. */
class VideoSchedulesIT {

    private static final FixtureFamily FAMILY =
            new FixtureFamily(Path.of("src/test/resources/fixtures/qwen2_5_vl-video-tiny"));
    private static LoadedModel model;

    @BeforeAll
    static void load() {
        model = LoadedModel.load(EngineOptions.builder(FAMILY.model())
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .load(LoadOptions.builder().dtype(Dtype.FLOAT32).build())
                .build());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static PruningReport report(PruningStep... steps) {
        PruningOptions pruning =
                PruningOptions.builder().schedule(List.of(steps)).minTokens(0).build();
        return model.generate(FAMILY.cases().get(0).request(pruning)).report();
    }

    private static PruningStep fastv(double ratio, int floor) {
        return PruningStep.builder("fastv")
                .at("layer 2")
                .retentionRatio(ratio)
                .options(Map.of("floor", String.valueOf(floor)))
                .build();
    }

    private static List<Integer> kept(PruningReport report, int slice) {
        return Arrays.stream(report.images().get(slice).kept()).boxed().toList();
    }

    @Test
    void floorAddsTheBestOfEachSliceAndTakesNothingElsewhere() {
        PruningReport without = report(fastv(0.12, 0));
        PruningReport with = report(fastv(0.12, 2));

        int least = IntStream.range(0, without.images().size())
                .map(slice -> without.images().get(slice).kept().length)
                .min()
                .orElseThrow();
        assertThat(least).isZero();
        PruningReport.Video video = without.videos().get(0);
        assertThat(video)
                .isEqualTo(new PruningReport.Video(
                        0, 3, without.imageTokens(), without.keptTokens(), 0, video.most(), video.emptied()));
        assertThat(video.emptied()).isPositive();
        assertThat(with.videos().get(0).emptied()).isZero();
        for (int slice = 0; slice < with.images().size(); slice++) {
            List<Integer> alone = kept(without, slice);
            assertThat(kept(with, slice)).hasSize(Math.max(2, alone.size())).containsAll(alone);
        }
        assertThat(with.ratioReason()).isEqualTo(RatioReason.FLOOR);
        assertThat(report(fastv(0.12, 1_000)).retention()).isEqualTo(1);
    }

    @Test
    void behindEvsTheFloorIsOfWhatIsLeft() {
        PruningStep evs = PruningStep.builder("evs").retentionRatio(0.5).build();
        PruningReport first = report(evs);
        PruningReport both = report(evs, fastv(0.12, 3));

        for (int slice = 0; slice < both.images().size(); slice++) {
            List<Integer> alive = kept(first, slice);
            assertThat(kept(both, slice)).hasSizeBetween(Math.min(3, alive.size()), alive.size());
            assertThat(alive).containsAll(kept(both, slice));
        }
    }
}
