package io.github.glimpse.model.llava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.PixelScale;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.ResampleFilter;
import io.github.glimpse.image.TokenUnit.Kind;
import io.github.glimpse.image.VideoTimes;
import io.github.glimpse.model.MediaPlaceholder;
import io.github.glimpse.model.MediaPlan;
import io.github.glimpse.model.clip.ClipConfig;
import io.github.glimpse.model.clip.TowerLayout;
import io.github.glimpse.nn.Activation;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How pictures of any size lie on tiles. The pixels of tiles are compared by {@code ReferenceFixturesIT}. */
class TiledMediaTest {

    private static final List<ImageSize> USUAL = List.of(
            new ImageSize(672, 336),
            new ImageSize(336, 672),
            new ImageSize(672, 672),
            new ImageSize(336, 1008),
            new ImageSize(1008, 336));

    private static ModelFiles folder(String name) {
        return ModelFiles.ofDirectory(Path.of("src/test/resources/fixtures", name, "model"));
    }

    private static TiledMedia next() {
        ModelFiles files = folder("llava_next-tiny");
        LlavaConfig config = LlavaConfig.of(files.config());
        TiledConfig pictures = TiledConfig.next(files, config.vision());
        return new TiledMedia(MediaPlaceholder.of(1), null, pictures, pictures, config.vision(), false);
    }

    private static TiledMedia oneVision() {
        ModelFiles files = folder("llava_onevision-tiny");
        LlavaConfig config = LlavaConfig.oneVision(files.config());
        TiledConfig pictures = TiledConfig.oneVision(files, config.vision());
        return new TiledMedia(
                MediaPlaceholder.of(1), MediaPlaceholder.of(2), pictures, pictures, config.vision(), true);
    }

    private static PinpointTiles fit(int width, int height) {
        return PinpointTiles.of(new ImageSize(width, height), USUAL, 336, 24, 0);
    }

    /** The numbers of rows that the reference gives for the released sizes, newline rows included. */
    @ParameterizedTest
    @CsvSource({
        "640, 480, 2340",
        "1000, 1000, 2928",
        "2000, 300, 1306",
        "300, 2000, 1368",
        "336, 336, 1176",
        "10, 730, 648",
        "730, 10, 576",
        "1, 10000, 600",
        "10000, 1, 576"
    })
    void aPictureHasAsManyRowsAsInTheReference(int width, int height, int rows) {
        PinpointTiles fit = fit(width, height);

        assertThat(24 * 24 + fit.tokenRows() * fit.tokenColumns() + fit.tokenRows())
                .isEqualTo(rows);
    }

    @Test
    void aGridThatIsTooLargeIsShrunk() {
        List<ImageSize> sizes = IntStream.rangeClosed(1, 6)
                .boxed()
                .flatMap(rows ->
                        IntStream.rangeClosed(1, 6).mapToObj(columns -> new ImageSize(384 * columns, 384 * rows)))
                .toList();

        PinpointTiles fit = PinpointTiles.of(new ImageSize(3000, 3000), sizes, 384, 27, 9);

        assertThat(List.of(fit.rows(), fit.columns())).containsExactly(6, 6);
        assertThat(List.of(fit.tokenRows(), fit.tokenColumns())).containsExactly(81, 81);
    }

    @ParameterizedTest
    @CsvSource({"1, 10000", "10000, 1", "1000, 2", "2, 1000", "1, 1", "57, 56", "300, 200"})
    void seesPicturesOfAnyShape(int width, int height) {
        RasterImage picture = new RasterImage(width, height, new byte[3 * width * height]);
        for (TiledMedia media : List.of(next(), oneVision())) {
            for (int pictures : new int[] {1, 2}) {
                MediaPlan plan = media.plan(picture.size(), pictures);

                List<PatchPlan> seen = IntStream.range(0, plan.units().size())
                        .mapToObj(media.pixels(picture, pictures))
                        .map(PixelPatches::plan)
                        .toList();
                assertThat(seen)
                        .containsExactlyElementsOf(
                                plan.units().stream().map(unit -> unit.plan()).toList());
                assertThat(plan.rows())
                        .isEqualTo(plan.tokens() + plan.runs().get(0).newlines().size());
            }
        }
    }

    /** The reference gives such a picture no row of tiles either. */
    @Test
    void aPictureThatIsTooThinForTilesIsSeenWholeAlone() {
        assertThat(fit(10_000, 1).tiles(24)).isNull();
        ClipConfig even = new ClipConfig(1, 8, 2, 8, 56, 7, 3, Activation.GELU, 1e-6, TowerLayout.CLIP);
        TiledConfig pictures = new TiledConfig(
                56,
                List.of(new ImageSize(112, 56)),
                0,
                ResampleFilter.BICUBIC,
                List.of(0.5, 0.5, 0.5),
                new PixelScale(1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0)));
        TiledMedia media = new TiledMedia(MediaPlaceholder.of(1), null, pictures, pictures, even, false);

        MediaPlan plan = media.plan(new ImageSize(10_000, 1), 1);

        assertThat(plan.units()).extracting(unit -> unit.kind()).containsExactly(Kind.IMAGE);
        assertThat(plan.isPlainPicture()).isTrue();
        assertThat(media.pixels(new RasterImage(10_000, 1, new byte[30_000]), 1)
                        .apply(0)
                        .plan())
                .isEqualTo(plan.units().get(0).plan());
    }

    @Test
    void tokensOfTilesLieWhereTheirPixelsAre() {
        // 2 x 2 tiles of 56: 112 x 75 pixels with 18 above; of 14 rows of patches 8 show it
        MediaPlan plan = next().plan(new ImageSize(300, 200), 1);
        PatchPlan tiles = plan.units().get(1).plan();

        assertThat(tiles.grid().columns()).isEqualTo(14);
        assertThat(tiles.area(0, 0).left()).isEqualTo(0);
        assertThat(tiles.area(0, 0).width()).isCloseTo(300 / 14.0, within(1e-9));
        assertThat(tiles.area(0, 0).top()).isBetween(-15.0, 0.0);
        double end = tiles.area(tiles.grid().rows() - 1, 0).top() + tiles.tokenHeight();
        assertThat(end).isBetween(200.0, 215.0);
    }

    @Test
    void ofSeveralPicturesEachIsASquareOnlyInOneVision() {
        ImageSize size = new ImageSize(300, 200);

        assertThat(next().plan(size, 2)).isEqualTo(next().plan(size, 1));
        MediaPlan plan = oneVision().plan(size, 2);
        assertThat(plan.units()).hasSize(1);
        assertThat(plan.runs().get(0).newlines()).containsExactly(49);
        assertThat(plan.units().get(0).plan().top()).isEqualTo(-50);
    }

    @Test
    void onlyOneVisionTakesVideos() {
        VideoTimes times = new VideoTimes(List.of(0, 30), 30, 60);
        ImageSize frame = new ImageSize(1, 300);

        assertThat(oneVision().plan(frame, times).tokens()).isEqualTo(2 * 16);
        assertThat(oneVision().plan(frame, times).runs().get(0).newlines()).containsExactly(32);
        assertThat(Stream.of(next().videoPlaceholder(), oneVision().videoPlaceholder()))
                .containsExactly(null, MediaPlaceholder.of(2));
        assertThatThrownBy(() -> next().plan(frame, times)).isInstanceOf(UnsupportedContentException.class);
    }
}
