package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.GuardReport;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.HostileInputs;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two-scale glimpse on the tiny model: what is seen, what is used twice, what is refused. */
class FoveateIT {

    /** 9 x 7 tokens, its small copy 4 x 3. */
    private static final byte[] PICTURE = TinyModels.picture("foveate/1a.png");

    private static LoadedModel model;

    @BeforeAll
    static void load() {
        model = LoadedModel.load(
                TinyModels.qwen().visionCache(VisionCacheOptions.off()).build());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    /** Sees pictures, rows and layers. */
    private static final class Watcher implements StageObserver {

        private final List<Integer> pixels = new ArrayList<>();
        private final List<float[]> vision = new ArrayList<>();
        private final List<float[]> imageRows = new ArrayList<>();
        private final List<Integer> layers = new ArrayList<>();

        @Override
        public void onPixels(int image, PixelPatches patches) {
            pixels.add(patches.plan().grid().tokenCount());
        }

        @Override
        public void onVision(int image, VisionFeatures features) {
            vision.add(features.rows().toFloatArray());
        }

        @Override
        public void onImageRows(int image, NDArray rows) {
            imageRows.add(rows.toFloatArray());
        }

        @Override
        public void onLayer(int layer) {
            layers.add(layer);
        }
    }

    private static PruningOptions.Builder foveate() {
        return PruningOptions.builder().strategy("foveate");
    }

    private static GenerationResult ask(
            LoadedModel engine, PruningOptions.Builder pruning, Watcher watcher, byte[]... pictures) {
        return engine.generate(
                new GenerationRequest(
                        List.of(ChatTurn.user("Which part is red?", pictures)),
                        pruning.build(),
                        GenerationOptions.builder().maxOutputTokens(6).build()),
                GenerationListener.NONE,
                new CancellationSignal(),
                watcher);
    }

    private static GenerationResult unpruned(LoadedModel engine, Watcher watcher, byte[]... pictures) {
        return ask(engine, PruningOptions.builder().enabled(false), watcher, pictures);
    }

    @Test
    void theSmallPictureIsTheOneThatDownSampleMakes() {
        Watcher small = new Watcher();
        Watcher two = new Watcher();

        ask(model, PruningOptions.builder().strategy("down-sample").retentionRatio(0.25), small, PICTURE);
        ask(model, foveate(), two, PICTURE);

        assertThat(small.pixels).containsExactly(12);
        assertThat(two.pixels).containsExactly(12, 63);
        assertThat(two.vision.get(0)).as("bit for bit").isEqualTo(small.vision.get(0));
        assertThat(two.imageRows.get(0)).isEqualTo(small.imageRows.get(0));
    }

    @Test
    void withEverythingKeptTheRowsAreThoseOfTheUnprunedTowerAndTheSmallPictureIsLeftOut() {
        Watcher whole = new Watcher();
        Watcher two = new Watcher();

        GenerationResult expected = unpruned(model, whole, PICTURE);
        GenerationResult result = ask(model, foveate().retentionRatio(1.0), two, PICTURE);

        assertThat(two.vision.get(1)).as("bit for bit").isEqualTo(whole.vision.get(0));
        assertThat(two.imageRows.get(1)).isEqualTo(whole.imageRows.get(0));
        assertThat(result.tokenIds()).isEqualTo(expected.tokenIds());
        assertThat(result.prefilledTokens()).isEqualTo(expected.prefilledTokens());
    }

    @Test
    void aChoiceThatWouldCostMoreThanTheWholePictureTakesTheWholePicture() {
        // 11 of 12 cells hold more than 63 - 12 cells of the picture.
        GenerationResult result = ask(model, foveate().retentionRatio(0.92), new Watcher(), PICTURE);

        assertThat(result.report().retention()).isEqualTo(1.0);
        assertThat(result.prefilledTokens()).isEqualTo(result.inputTokens());
    }

    @Test
    void whatTheCoarsePassRanIsNotRunAgain() {
        Watcher watcher = new Watcher();

        GenerationResult result = ask(model, foveate(), watcher, PICTURE);

        assertThat(watcher.layers).containsExactly(0, 1, 2, 3, 0, 1, 2, 3, 4, 5);
        // The rows of the small picture enter the layers once; those of the kept cells after them.
        assertThat(watcher.imageRows).hasSize(2);
        int kept = result.report().keptTokens();
        assertThat(kept).isBetween(1, 50);
        assertThat(result.inputTokens() - result.prefilledTokens()).isEqualTo(63 - kept - 12);
        assertThat(result.inputTokens())
                .isEqualTo(unpruned(model, new Watcher(), PICTURE).inputTokens());
    }

    @Test
    void reportsWhatWasKeptInCellsOfThePicture() {
        PruningReport report = ask(model, foveate(), new Watcher(), PICTURE).report();

        assertThat(report.strategy()).isEqualTo("foveate");
        assertThat(report.at()).isEqualTo(PruningPoint.pixels());
        assertThat(report.imageTokens()).isEqualTo(63);
        assertThat(report.confidence()).isBetween(0.0, 1.0);
        PruningReport.Image image = report.images().get(0);
        float[] probabilities = Objects.requireNonNull(image.probabilities());
        assertThat(probabilities).hasSize(63);
        for (int cell = 0; cell < probabilities.length; cell++) {
            boolean kept = java.util.Arrays.binarySearch(image.kept(), cell) >= 0;
            assertThat(probabilities[cell] > 0.5).as("cell %d", cell).isEqualTo(kept);
        }
        assertThat(report.steps()).hasSize(1);
        assertThat(report.steps().get(0).images().get(0).scores()).containsExactly(probabilities);
    }

    @Test
    void theGuardWatchesTheCoarsePass() {
        GuardOptions eager = new GuardOptions(true, 1.0, 1.0);

        PruningReport report = ask(model, foveate().threshold(0.9999).guard(eager), new Watcher(), PICTURE)
                .report();

        assertThat(report.guard().action()).isEqualTo(GuardReport.Action.SKIPPED);
        assertThat(report.guard().keptAfter()).as("cells of the small picture").isEqualTo(12);
        assertThat(report.retention()).isEqualTo(1.0);
    }

    @Test
    void aPictureOfOneTokenIsShownAsItIs(@TempDir Path folder) throws IOException {
        try (LoadedModel one = LoadedModel.load(EngineOptions.builder(withSmallPictures(folder))
                .module(TinyModels.fixture("qwen2_5_vl-tiny/glimpse"))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .visionCache(VisionCacheOptions.off())
                .build())) {
            byte[] tiny = png(28, 28);
            Watcher watcher = new Watcher();

            GenerationResult alone = ask(one, foveate(), watcher, tiny);

            assertThat(watcher.pixels).containsExactly(1);
            assertThat(watcher.layers).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(alone.report().strategy()).isEqualTo("foveate");
            assertThat(alone.report().retention()).isEqualTo(1.0);
            assertThat(alone.tokenIds())
                    .isEqualTo(unpruned(one, new Watcher(), tiny).tokenIds());

            Watcher beside = new Watcher();
            GenerationResult both = ask(one, foveate().retentionRatio(0.2), beside, tiny, PICTURE);

            // Looked at once, though it is in the first look and in the prompt behind it.
            assertThat(beside.pixels).containsExactly(1, 12, 63);
            assertThat(both.report().images().get(0).kept()).containsExactly(0);
            assertThat(both.report().images().get(1).kept()).hasSizeBetween(1, 30);
            assertThat(both.inputTokens() - both.prefilledTokens())
                    .isEqualTo(63 - both.report().images().get(1).kept().length - 12);
        }
    }

    @Test
    void aPictureThatIsAllLengthHasNoSmallerCopy() throws IOException {
        byte[] line = png(190, 1);
        Watcher watcher = new Watcher();

        GenerationResult result = ask(model, foveate(), watcher, line);

        // By the family's rule the copy of 1 x 28 tokens would have as many.
        assertThat(watcher.pixels).containsExactly(28);
        assertThat(result.report().retention()).isEqualTo(1.0);
        assertThat(result.tokenIds())
                .isEqualTo(unpruned(model, new Watcher(), line).tokenIds());
    }

    @Test
    void aPictureThatWasSeenBeforeIsNotReadAgain() {
        try (LoadedModel caching = LoadedModel.load(TinyModels.qwen().build())) {
            Watcher again = new Watcher();

            GenerationResult first = ask(caching, foveate(), new Watcher(), PICTURE);
            GenerationResult second = ask(caching, foveate(), again, PICTURE);
            Watcher other = new Watcher();
            ask(caching, foveate().retentionRatio(0.1), other, PICTURE);

            assertThat(again.pixels).isEmpty();
            assertThat(second.tokenIds()).isEqualTo(first.tokenIds());
            assertThat(other.pixels).as("the small one is remembered").containsExactly(63);
        }
    }

    @Test
    void leavesNothingBehind() {
        int before = model.liveResources();

        ask(model, foveate(), new Watcher(), PICTURE, PICTURE);
        ask(model, foveate().minTokens(0).threshold(1.0), new Watcher(), PICTURE);

        assertThat(model.liveResources()).isEqualTo(before);
    }

    @Test
    void whereNothingIsKeptTheSmallPictureIsAllThatThereIs() {
        GenerationResult result = ask(model, foveate().minTokens(0).threshold(1.0), new Watcher(), PICTURE);

        assertThat(result.report().keptTokens()).isZero();
        assertThat(result.inputTokens() - result.prefilledTokens()).isEqualTo(63 - 12);
        assertThat(result.tokenIds()).isNotEmpty();
    }

    @Test
    void isRefusedAtTheStartBesideOthersAndWithoutAModule() {
        PruningOptions beside = PruningOptions.builder()
                .schedule(List.of(
                        PruningStep.builder("foveate").at("pixels").build(),
                        PruningStep.builder("fastv")
                                .at("layer 2")
                                .retentionRatio(0.5)
                                .build()))
                .build();
        assertThatThrownBy(
                        () -> LoadedModel.load(TinyModels.qwen().pruning(beside).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leave out 'fastv' at layer 2, or 'foveate'");
        assertThatThrownBy(() -> LoadedModel.load(TinyModels.qwen()
                        .module(null)
                        .pruning(foveate().build())
                        .build()))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("glimpse.model.pruning-module");
        assertThatThrownBy(
                        () -> model.check(foveate().options(Map.of("size", "2")).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it has floor, scale");
    }

    /** The tiny model with pictures of one token allowed. */
    private static Path withSmallPictures(Path folder) throws IOException {
        Path copy = HostileInputs.copy(TinyModels.fixture("qwen2_5_vl-tiny"), List.of("model"), folder)
                .resolve("model");
        Path settings = copy.resolve("preprocessor_config.json");
        Files.writeString(settings, Files.readString(settings).replace("3136", "784"));
        return copy;
    }

    private static byte[] png(int width, int height) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", png);
        return png.toByteArray();
    }
}
