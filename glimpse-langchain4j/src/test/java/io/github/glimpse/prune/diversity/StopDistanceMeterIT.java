package io.github.glimpse.prune.diversity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The measured distance, used: it keeps on average what was wanted. */
class StopDistanceMeterIT {

    private static final Path FAMILY = Path.of("src/test/resources/fixtures/qwen2_5_vl-tiny");
    private static final GenerationOptions ONE =
            GenerationOptions.builder().maxOutputTokens(1).build();

    @Test
    void theMeasuredDistanceKeepsTheWantedShareOnAverage() throws IOException {
        List<byte[]> pictures = pictures();
        StopDistanceMeter meter = new StopDistanceMeter();
        EngineOptions options = EngineOptions.builder(FAMILY.resolve("model"))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .strategies(List.of(meter))
                .build();
        double kept = 0;
        double foretold;
        try (LoadedModel model = LoadedModel.load(options)) {
            PruningOptions measuring =
                    PruningOptions.builder().strategy(meter.name()).build();
            pictures.forEach(picture -> model.generate(request(picture, measuring)));
            double distance = meter.stopDistance(0.33);
            foretold = meter.meanRatio(distance);
            PruningOptions using = PruningOptions.builder()
                    .strategy("div-prune")
                    .options(Map.of("stop-distance", Double.toString(distance)))
                    .build();
            for (byte[] picture : pictures) {
                kept += model.generate(request(picture, using)).report().retention() / pictures.size();
            }
        }

        assertThat(meter.pictures()).isEqualTo(pictures.size());
        assertThat(kept).isEqualTo(foretold, org.assertj.core.api.Assertions.within(1e-9));
        // Steps of few tokens on few small pictures are coarse; the mean is the nearest one below.
        assertThat(foretold).isBetween(0.20, 0.33);
    }

    @Test
    void saysWhatIsMissingAndWhatCannotBe() {
        StopDistanceMeter meter = new StopDistanceMeter();
        assertThatIllegalStateException()
                .isThrownBy(() -> meter.stopDistance(0.33))
                .withMessageContaining("No picture was measured");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> meter.stopDistance(0.7))
                .withMessageContaining("0.7");
    }

    private static GenerationRequest request(byte[] picture, PruningOptions pruning) {
        return new GenerationRequest(List.of(ChatTurn.user("?", picture)), pruning, ONE);
    }

    private static List<byte[]> pictures() throws IOException {
        try (Stream<Path> files = Files.walk(FAMILY.resolve("cases"))) {
            return files.filter(file -> file.toString().endsWith(".png"))
                    .sorted()
                    .map(file -> {
                        try {
                            return Files.readAllBytes(file);
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }
}
