package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.RandomFamilyFolder;
import io.github.glimpse.testing.RandomModelFolder;
import io.github.glimpse.testing.ResidentMemory;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Folders of the released models' real shapes with random weights load by the same code as the tiny ones. Not in the default
 * build: it writes and reads many gigabytes. Run by {@code -Pfull-size}; {@code -Dglimpse.fullSize.layers=N} for fewer layers,
 * {@code -Dglimpse.fullSize.minutes=N} for another deadline of a request than an hour.
 */
@Tag("weights")
class FullSizeIT {

    private static final int SIDE = 840;
    // Of a request, on a machine that may do other work besides.
    private static final Duration DEADLINE = Duration.ofMinutes(Integer.getInteger("glimpse.fullSize.minutes", 60));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"qwen2.5-vl-3b, BF16, 36", "llava-1.5-7b, F16, 32"})
    void aFolderOfRealShapeLoadsAndAnswers(String shape, StoredType type, int layers) throws IOException {
        int count = Integer.getInteger("glimpse.fullSize.layers", layers);
        Path directory = RandomModelFolder.ofShape(shape)
                .type(type)
                .layers(Math.min(count, layers))
                .write(folder.resolve(shape));
        long start = System.nanoTime();
        try (LoadedModel model = LoadedModel.load(EngineOptions.builder(directory)
                .module(directory.resolve(RandomModelFolder.MODULE))
                .runtime(RuntimeOptions.defaults())
                .timeout(DEADLINE)
                .generation(GenerationOptions.builder().maxOutputTokens(8).build())
                .build())) {
            System.out.printf(
                    Locale.ROOT,
                    "%s, %d layers, %s on %s: loaded in %.1f s, resident %d MB%n",
                    shape,
                    Math.min(count, layers),
                    model.dtypeName(),
                    model.deviceName(),
                    (System.nanoTime() - start) / 1e9,
                    ResidentMemory.kilobytes() / 1024);
            int before = model.liveResources();
            report(model, PruningOptions.builder().enabled(false).build());
            GenerationResult pruned = report(
                    model,
                    PruningOptions.builder()
                            .threshold(0.0)
                            .maxRetentionRatio(0.111)
                            .build());
            assertThat(pruned.report().retention()).isBetween(0.10, 0.112);
            assertThat(pruned.tokenIds()).isNotEmpty();
            assertThat(model.liveResources()).isEqualTo(before);
        }
    }

    /** One of them by {@code -Dglimpse.fullSize.family=NAME}. */
    @ParameterizedTest
    @ValueSource(strings = {"smolvlm2-500m", "llava-onevision-0.5b", "qwen3-vl-2b", "qwen3-vl-4b", "llava-next-7b"})
    void aFolderOfAnotherFamilyLoadsAndAnswers(String shape) throws IOException {
        String only = System.getProperty("glimpse.fullSize.family", shape);
        Assumptions.assumeTrue(only.equals(shape), "another family is asked for");
        int layers = Integer.getInteger("glimpse.fullSize.layers", Integer.MAX_VALUE);
        Path directory = RandomFamilyFolder.write(shape, layers, folder.resolve(shape));
        long start = System.nanoTime();
        try (LoadedModel model = LoadedModel.load(EngineOptions.builder(directory)
                .runtime(RuntimeOptions.defaults())
                .timeout(DEADLINE)
                .generation(GenerationOptions.builder().maxOutputTokens(8).build())
                .build())) {
            System.out.printf(
                    Locale.ROOT,
                    "%s, %d layers, %s on %s: loaded in %.1f s, resident %d MB%n",
                    shape,
                    model.model().dimensions().layers(),
                    model.dtypeName(),
                    model.deviceName(),
                    (System.nanoTime() - start) / 1e9,
                    ResidentMemory.kilobytes() / 1024);
            int before = model.liveResources();
            report(model, PruningOptions.builder().enabled(false).build());
            GenerationResult pruned = report(
                    model,
                    PruningOptions.builder()
                            .schedule(List.of(PruningStep.builder("div-prune")
                                    .at("vision")
                                    .build()))
                            .retentionRatio(0.111)
                            .build());
            assertThat(pruned.report().retention()).isBetween(0.10, 0.112);
            assertThat(pruned.tokenIds()).isNotEmpty();
            assertThat(model.liveResources()).isEqualTo(before);
        }
    }

    private static GenerationResult report(LoadedModel model, PruningOptions pruning) throws IOException {
        GenerationResult result = model.generate(new GenerationRequest(
                List.of(ChatTurn.user("What is the total?", picture())), pruning, GenerationOptions.defaults()));
        System.out.printf(
                Locale.ROOT,
                "  kept %d of %d image tokens; vision %d ms, layers before the cut %d ms, predictor and cut %d ms, layers"
                        + " after it %d ms, %.0f ms per token, resident %d MB%n",
                result.report().keptTokens(),
                result.report().imageTokens(),
                result.timings().vision().toMillis(),
                result.timings().prefillBeforeCut().toMillis(),
                result.timings().pruning().toMillis(),
                result.timings().prefillAfterCut().toMillis(),
                result.timings().decoding().toNanos() / 1e6 / Math.max(1, result.tokenIds().length - 1),
                ResidentMemory.kilobytes() / 1024);
        return result;
    }

    private static byte[] picture() throws IOException {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        for (int i = 0; i < 40; i++) {
            graphics.setColor(Color.getHSBColor(i / 40f, 0.7f, 0.9f));
            graphics.fillRect(i * 37 % SIDE, i * 91 % SIDE, 150, 90);
        }
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }
}
