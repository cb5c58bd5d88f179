package io.github.glimpse.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the engine expects of every {@link ModelFamily}. A family's test extends this and names a small model of its kind;
 * whether the numbers are right only a reference can tell. Runs with JUnit Jupiter 5.12 or 6 and AssertJ, and with the native
 * library.
 */
public abstract class ModelFamilyContract {

    private static final RuntimeOptions CPU = new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN);
    private static final int[][] SIZES = {{168, 140}, {57, 211}, {300, 64}};

    private ModelFiles files;
    private TorchRuntime runtime;
    private VisionLanguageModel model;
    private int resourcesBefore;

    /** The family under test. */
    protected abstract ModelFamily family();

    /** The folder of a model that the family accepts, as small as it can be. */
    protected abstract Path folder();

    @BeforeEach
    void load() {
        files = ModelFiles.ofDirectory(folder());
        runtime = TorchRuntime.start(CPU);
        resourcesBefore = runtime.liveResources();
        model = VisionLanguageModel.require(family().load(files, LoadOptions.defaults(), runtime));
    }

    @AfterEach
    void close() {
        model.close();
        assertThat(runtime.liveResources()).isEqualTo(resourcesBefore);
        runtime.close();
    }

    @Test
    void itsNameIsLowerCase() {
        assertThat(family().name()).matches("[a-z0-9]+([.-][a-z0-9]+)*").isEqualTo(family().name());
    }

    @Test
    void itIsTheOneThatAcceptsItsModels() {
        assertThat(ModelFamilies.discover(List.of(family()))
                        .of(null, files.config())
                        .name())
                .isEqualTo(family().name());
    }

    @Test
    void acceptsNoModelOfAnotherType() {
        assertThat(family().accepts(ModelConfig.ofJson("contract", "{\"model_type\": \"of_nobody\"}")))
                .isFalse();
    }

    @Test
    void itsNumbersFitItsTokenizer() {
        int vocabulary = model.tokenizer().vocabularySize();

        assertThat(model.media().imagePlaceholder().id()).isBetween(0, vocabulary - 1);
        assertThat(model.stopIds()).isNotEmpty().allSatisfy(id -> assertThat(id).isNotNegative());
        assertThat(model.contextLength()).isPositive();
    }

    @Test
    void plansAPictureAsItPreprocessesIt() {
        for (int[] size : SIZES) {
            MediaPlan plan = model.media().plan(new ImageSize(size[0], size[1]), 1);

            assertThat(units(size))
                    .extracting(PixelPatches::plan)
                    .containsExactlyElementsOf(
                            plan.units().stream().map(TokenUnit::plan).toList());
        }
    }

    @Test
    void givesOneRowPerImageTokenAndEveryLayerThatItAllows() {
        Set<Integer> taps = IntStream.range(0, model.dimensions().visionLayers())
                .filter(this::isAllowed)
                .boxed()
                .collect(Collectors.toSet());
        for (int[] size : SIZES) {
            PixelPatches picture = units(size).get(0);
            long tokens = picture.plan().grid().tokenCount();
            try (TensorScope scope = runtime.openScope()) {
                Set<TowerReadout> wanted = taps.stream().map(TowerReadout::rows).collect(Collectors.toSet());
                VisionFeatures features = model.tower().encode(picture, wanted, () -> {}, scope);

                assertThat(features.rows().getShape().getShape())
                        .containsExactly(tokens, model.dimensions().hidden());
                assertThat(features.readouts().keySet()).isEqualTo(wanted);
                assertThat(features.readouts().values())
                        .allSatisfy(rows -> assertThat(rows.getShape().getShape())
                                .containsExactly(tokens, model.dimensions().visionHidden()));
            }
        }
    }

    @Test
    void refusesALayerThatTheTowerDoesNotHave() {
        assertThatThrownBy(() -> model.tower().checkTap(-1)).isInstanceOf(GlimpseException.class);
        assertThatThrownBy(() -> model.tower().checkTap(100_000)).isInstanceOf(GlimpseException.class);
    }

    @Test
    void itsWindowsHoldEveryTokenOnce() {
        for (int[] size : SIZES) {
            ImageGrid grid = units(size).get(0).plan().grid();
            int[] tokens = model.tower().windows(grid).stream()
                    .flatMapToInt(IntStream::of)
                    .sorted()
                    .toArray();

            assertThat(tokens).isEqualTo(IntStream.range(0, grid.tokenCount()).toArray());
        }
    }

    @Test
    void endsAPictureThatIsCancelled() {
        PixelPatches picture = units(SIZES[0]).get(0);
        try (TensorScope scope = runtime.openScope()) {
            assertThatThrownBy(() -> model.tower()
                            .encode(
                                    picture,
                                    Set.of(),
                                    () -> {
                                        throw new GenerationCancelledException("enough");
                                    },
                                    scope))
                    .isInstanceOf(GenerationCancelledException.class);
        }
    }

    @Test
    void leavesNoTensorBehind() {
        PixelPatches picture = units(SIZES[0]).get(0);
        int before = runtime.liveResources();
        try (TensorScope scope = runtime.openScope()) {
            assertThat(model.tower().encode(picture, Set.of(), () -> {}, scope).rows())
                    .isNotNull();
        }
        assertThat(runtime.liveResources()).isEqualTo(before);
    }

    @Test
    void answersAQuestionAboutPicturesTheSameEachTime() throws IOException {
        EngineOptions options = EngineOptions.builder(folder())
                .runtime(CPU)
                .families(List.of(family()))
                .pruning(PruningOptions.builder().strategy(PruningOptions.NONE).build())
                .generation(GenerationOptions.builder().maxOutputTokens(4).build())
                .build();
        List<ChatTurn> turns = List.of(ChatTurn.user("What differs?", png(SIZES[0]), png(SIZES[1])));
        try (LoadedModel engine = LoadedModel.load(options)) {
            GenerationResult first = engine.generate(GenerationRequest.of(turns.toArray(ChatTurn[]::new)));
            GenerationResult second = engine.generate(GenerationRequest.of(turns.toArray(ChatTurn[]::new)));

            assertThat(first.tokenIds()).isNotEmpty().isEqualTo(second.tokenIds());
            assertThat(first.inputTokens()).isEqualTo(engine.countTokens(turns));
            assertThat(first.report().images())
                    .extracting(image -> image.unit().index())
                    .contains(0, 1);
        }
    }

    private boolean isAllowed(int layer) {
        try {
            model.tower().checkTap(layer);
            return true;
        } catch (GlimpseException e) {
            return false;
        }
    }

    private List<PixelPatches> units(int[] size) {
        IntFunction<PixelPatches> pixels = model.media().pixels(raster(size), 1);
        int count =
                model.media().plan(new ImageSize(size[0], size[1]), 1).units().size();
        return IntStream.range(0, count).mapToObj(pixels).toList();
    }

    private static RasterImage raster(int[] size) {
        byte[] rgb = new byte[size[0] * size[1] * 3];
        new Random(size[0]).nextBytes(rgb);
        return new RasterImage(size[0], size[1], rgb);
    }

    private static byte[] png(int[] size) throws IOException {
        BufferedImage picture = new BufferedImage(size[0], size[1], BufferedImage.TYPE_INT_RGB);
        Random random = new Random(size[1]);
        for (int y = 0; y < size[1]; y++) {
            for (int x = 0; x < size[0]; x++) {
                picture.setRGB(x, y, random.nextInt());
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);
        return png.toByteArray();
    }
}
