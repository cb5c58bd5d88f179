package io.github.glimpse.model.llava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.TileGrid;
import io.github.glimpse.model.BlockPass;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.TowerReadout;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the tower tells of tiles lies as their tokens do. */
class TiledPassIT {

    private static final float CLOSE = 1e-5f;

    private interface Check {
        void of(BlockPass pass, List<BlockPass> tiles, PixelPatches unit, TensorScope scope);
    }

    private static void with(ModelFamily family, String fixture, int width, int height, Check check) {
        Path folder = Path.of("src/test/resources/fixtures", fixture, "model");
        try (TorchRuntime runtime =
                        TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
                VisionLanguageModel model = VisionLanguageModel.require(family.load(
                        ModelFiles.ofDirectory(folder),
                        LoadOptions.builder().dtype(Dtype.FLOAT32).build(),
                        runtime));
                TensorScope scope = runtime.openScope()) {
            byte[] rgb = new byte[3 * width * height];
            new Random(9).nextBytes(rgb);
            PixelPatches unit =
                    model.media().pixels(new RasterImage(width, height, rgb), 1).apply(1);
            int tiles = Objects.requireNonNull(unit.tiles()).count();
            try (BlockPass pass = model.tower().pass(unit, every(unit), () -> {}, scope)) {
                List<BlockPass> alone = IntStream.range(0, tiles)
                        .mapToObj(number -> {
                            PixelPatches tile = unit.tile(number);
                            return model.tower().pass(tile, every(tile), () -> {}, scope);
                        })
                        .toList();
                pass.runTo(2);
                alone.forEach(tile -> tile.runTo(2));
                check.of(pass, alone, unit, scope);
                alone.forEach(BlockPass::close);
            }
        }
    }

    private static int[] every(PixelPatches picture) {
        return IntStream.range(0, picture.plan().grid().tokenCount()).toArray();
    }

    @Test
    void thePartThatShowsThePictureIsTaken() {
        with(new LlavaNextFamily(), "llava_next-tiny", 300, 200, (pass, tiles, unit, scope) -> {
            ImageGrid grid = unit.plan().grid();
            TileGrid lying = Objects.requireNonNull(unit.tiles());
            TowerReadout received = new TowerReadout("received_attention", 2, TowerReadout.Shape.NUMBERS);
            float[] numbers = pass.read(received, scope).get(0).toFloatArray();
            long heads = pass.read(TowerReadout.classAttention(2), scope)
                    .get(0)
                    .getShape()
                    .get(1);
            assertThat(heads).isEqualTo(grid.tokenCount());
            assertThat(pass.textRows(scope).getShape().get(0)).isEqualTo(grid.tokenCount());
            for (int token = 0; token < grid.tokenCount(); token++) {
                int patch = lying.patch(token / grid.columns(), token % grid.columns());
                int ofTile = lying.side() * lying.side();
                float[] alone =
                        tiles.get(patch / ofTile).read(received, scope).get(0).toFloatArray();
                assertThat(numbers[token]).isCloseTo(alone[patch % ofTile], within(CLOSE));
            }
        });
    }

    @Test
    void aShrunkUnitLiesBetweenItsPatches() {
        with(new LlavaOneVisionFamily(), "llava_onevision-tiny", 300, 200, (pass, tiles, unit, scope) -> {
            ImageGrid grid = unit.plan().grid();
            TileGrid lying = Objects.requireNonNull(unit.tiles());
            assertThat(grid.rows()).isLessThan(lying.shown().height());
            Shrink shrink = Shrink.of(lying, grid);
            for (int token = 0; token < grid.tokenCount(); token++) {
                float sum = 0;
                for (int corner = 0; corner < Shrink.CORNERS; corner++) {
                    sum += shrink.weights()[corner * grid.tokenCount() + token];
                }
                assertThat(sum).isCloseTo(1, within(CLOSE));
            }
            long[] shape = pass.read(pass.rowsHere(), scope).get(0).getShape().getShape();
            assertThat(shape).containsExactly(grid.tokenCount(), 32);
            TowerReadout received = new TowerReadout("received_attention", 2, TowerReadout.Shape.NUMBERS);
            assertThat(pass.read(received, scope).get(0).getShape().getShape()).containsExactly(grid.tokenCount());
        });
    }

    @Test
    void nothingIsDroppedOfTiles() {
        with(new LlavaNextFamily(), "llava_next-tiny", 300, 200, (pass, tiles, unit, scope) -> assertThatThrownBy(
                        () -> pass.keep(new int[][] {{0}}))
                .isInstanceOf(IllegalStateException.class));
    }
}
