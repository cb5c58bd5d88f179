package io.github.glimpse.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MaskOverlayTest {

    private static final int[] RED = {200, 40, 40};
    private static final int[] OUTLINE = {0, 230, 118};

    /** Four tokens of 10 x 10 pixels on a picture of 22 x 20: two columns of pixels lie beside the grid. */
    private static final PatchPlan PLAN = new PatchPlan(new ImageGrid(2, 2, 14, 1), 28, 28, 0, 0, 10, 10);

    private static RasterImage picture() {
        byte[] rgb = new byte[3 * 22 * 20];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) RED[i % 3];
        }
        return new RasterImage(22, 20, rgb);
    }

    private static RasterImage decoded(byte[] png) {
        return new ImageDecoder(ImageLimits.defaults(), Transparency.DROP).decode(png);
    }

    private static int[] pixel(RasterImage image, int x, int y) {
        int at = 3 * (y * image.width() + x);
        return new int[] {image.rgb()[at] & 0xFF, image.rgb()[at + 1] & 0xFF, image.rgb()[at + 2] & 0xFF};
    }

    @Test
    void keepsColoursOfKeptPatchesAndGreysTheOthers() {
        RasterImage overlay = decoded(MaskOverlay.png(picture(), PLAN, new int[] {3}));

        assertThat(overlay.size()).isEqualTo(picture().size());
        assertThat(pixel(overlay, 14, 14)).containsExactly(RED);
        int[] dropped = pixel(overlay, 4, 4);
        assertThat(dropped[0]).isEqualTo(dropped[1]).isEqualTo(dropped[2]).isBetween(10, 60);
        int[] unseen = pixel(overlay, 21, 4);
        assertThat(unseen[0]).isEqualTo(unseen[1]).isLessThan(dropped[0]);
    }

    @Test
    void drawsAnOutlineAroundAGroupOfKeptPatchesAndNoneWithinIt() {
        RasterImage overlay = decoded(MaskOverlay.png(picture(), PLAN, new int[] {1, 0}));

        assertThat(pixel(overlay, 0, 5)).containsExactly(OUTLINE);
        assertThat(pixel(overlay, 5, 9)).containsExactly(OUTLINE);
        assertThat(pixel(overlay, 19, 5)).containsExactly(OUTLINE);
        assertThat(pixel(overlay, 9, 5)).containsExactly(RED);
        assertThat(pixel(overlay, 10, 5)).containsExactly(RED);
    }

    @Test
    void showsThePictureUnchangedButForTheOutlineWhenAllIsKept() {
        RasterImage overlay = decoded(MaskOverlay.png(picture(), PLAN, new int[] {0, 1, 2, 3}));
        assertThat(pixel(overlay, 10, 10)).containsExactly(RED);
        assertThat(pixel(overlay, 0, 0)).containsExactly(OUTLINE);
    }

    @Test
    void refusesTokensThatAreNotThere() {
        assertThatThrownBy(() -> MaskOverlay.png(picture(), PLAN, new int[] {4}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no token 4");
        assertThatThrownBy(() -> MaskOverlay.png(picture(), PLAN, new int[] {-1}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void coloursHighScoresLightAndLowScoresDark() {
        RasterImage map = decoded(MaskOverlay.scoreMap(picture(), PLAN, new float[] {-3, 0, 1, 5}));

        int[] brightness = new int[4];
        for (int token = 0; token < 4; token++) {
            brightness[token] = Arrays.stream(pixel(map, 5 + 10 * (token % 2), 5 + 10 * (token / 2)))
                    .sum();
        }
        assertThat(brightness).isSorted();
        assertThat(brightness[3]).isGreaterThan(brightness[0] + 200);
    }

    @Test
    void takesScoresThatAreAllEqual() {
        RasterImage map = decoded(MaskOverlay.scoreMap(picture(), PLAN, new float[] {7, 7, 7, 7}));
        assertThat(pixel(map, 5, 5)).containsExactly(pixel(map, 15, 15));
    }

    @Test
    void refusesScoresThatAreNoNumbersOrDoNotFit() {
        assertThatThrownBy(() -> MaskOverlay.scoreMap(picture(), PLAN, new float[] {1, 2, Float.NaN, 4}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token 2");
        assertThatThrownBy(() -> MaskOverlay.scoreMap(picture(), PLAN, new float[] {1}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void drawsTokensWithoutAScoreAsDroppedOnes() {
        float[] scores = {Float.NaN, 0, 1, 5};
        RasterImage map = decoded(MaskOverlay.scoreMap(picture(), PLAN, scores, new int[] {1, 2, 3}));
        RasterImage mask = decoded(MaskOverlay.png(picture(), PLAN, new int[] {3}));

        assertThat(pixel(map, 5, 5)).containsExactly(pixel(mask, 5, 5));
        // The lowest of those that have one is dark blue: 0.6 of (0, 0, 60) and 0.4 of the grey, which is 87.
        assertThat(pixel(map, 15, 5)).containsExactly(35, 35, 71);
    }
}
