package io.github.glimpse.model.smolvlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.model.BlockPass;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.TowerReadout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A tower whose tokens are groups of patches drops whole groups. */
class SmolVlmTowerIT {

    /** Two ways of one sum in float32. */
    private static final float CLOSE = 1e-5f;

    private static final int[] SOME = {1, 2, 6, 11, 15};
    private static final int BLOCKS = 3;
    private static final int GROUP = 4;

    private TorchRuntime runtime;
    private VisionLanguageModel model;
    private TensorScope scope;
    private PixelPatches tile;

    @BeforeEach
    void load() {
        runtime = TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
        ModelFiles files = ModelFiles.ofDirectory(Path.of("src/test/resources/fixtures/smolvlm-tiny/model"));
        model = new SmolVlmFamily()
                .load(files, LoadOptions.builder().dtype(Dtype.FLOAT32).build(), runtime);
        scope = runtime.openScope();
        byte[] rgb = new byte[3 * 150 * 90];
        new Random(3).nextBytes(rgb);
        tile = model.media().pixels(new RasterImage(150, 90, rgb), 1).apply(0);
    }

    @AfterEach
    void close() {
        scope.close();
        model.close();
        runtime.close();
    }

    private BlockPass pass(int[] kept) {
        return model.tower().pass(tile, kept, () -> {}, scope);
    }

    private static int[] every() {
        return IntStream.range(0, 16).toArray();
    }

    private static float[] rows(NDArray tensor) {
        return tensor.toFloatArray();
    }

    @Test
    void droppingBeforeTheFirstBlockIsNotSeeingThem() {
        try (BlockPass cut = pass(every());
                BlockPass some = pass(SOME)) {
            cut.keep(new int[][] {SOME});
            cut.runTo(BLOCKS);
            some.runTo(BLOCKS);

            assertThat(cut.alive(0)).isEqualTo(some.alive(0)).isEqualTo(SOME);
            assertThat(rows(cut.textRows(scope))).containsExactly(rows(some.textRows(scope)), within(CLOSE));
        }
    }

    @Test
    void aCutInsideABlockIsOneBehindIt() {
        try (BlockPass inside = pass(every());
                BlockPass behind = pass(every())) {
            inside.runTo(1);
            inside.runKeeping(new int[][] {SOME}, null);
            behind.runTo(2);
            behind.keep(new int[][] {SOME});
            inside.runTo(BLOCKS);
            behind.runTo(BLOCKS);

            assertThat(rows(inside.textRows(scope))).containsExactly(rows(behind.textRows(scope)), within(CLOSE));
        }
    }

    @Test
    void whatIsReadOfATokenIsThatOfItsPatches() {
        try (BlockPass pass = pass(SOME)) {
            NDArray means = pass.read(pass.rowsHere(), scope).get(0);
            assertThat(means.getShape().getShape())
                    .containsExactly(SOME.length, model.dimensions().visionHidden());

            TowerReadout received = new TowerReadout("received_attention", 0, TowerReadout.Shape.NUMBERS);
            float[] shares = rows(pass.read(received, scope).get(0));
            assertThat(shares).hasSize(SOME.length);
            // each of the rows gives one in all, and a token has the mean of its patches
            double sum = IntStream.range(0, shares.length)
                    .mapToDouble(i -> shares[i])
                    .sum();
            assertThat(sum).isCloseTo(SOME.length, within(1e-4));
        }
    }

    @Test
    void aFusedRowGoesOnBesideTheTokens() {
        float[] weights = new float[16];
        Arrays.fill(weights, 1f / (16 - SOME.length));
        try (BlockPass pass = pass(every())) {
            pass.runKeeping(new int[][] {SOME}, new float[][] {weights});
            pass.runTo(BLOCKS);

            assertThat(pass.textRows(scope).getShape().get(0)).isEqualTo(SOME.length);
        }
    }

    @Test
    void tokensAreNotMixedInside() {
        try (BlockPass pass = pass(every())) {
            assertThatThrownBy(() -> pass.keepMixed(new int[][] {SOME}, (kept, tokens) -> {
                        throw new AssertionError();
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("behind the tower");
        }
        assertThat(tile.plan().grid().patchCount()).isEqualTo(GROUP * 16);
    }
}
