package io.github.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.image.RasterImage;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetMaskTest {

    private static final ImageSize SIZE = new ImageSize(100, 50);
    // Four columns and two rows of tokens on 100 x 50 pixels.
    private static final PatchPlan PLAN = new PatchPlan(new ImageGrid(4, 8, 14, 2), 112, 56, 0, 0, 25, 25);

    @Test
    void aBoxMarksTheTokensOfBothItsCorners() {
        assertThat(mask(30, 10, 60, 20)).isEqualTo("0110/0000");
    }

    @Test
    void aBoxThatEndsOnABorderMarksTheNextTokenToo() {
        assertThat(mask(0, 0, 25, 25)).isEqualTo("1100/1100");
        assertThat(mask(0, 0, 24.9, 24.9)).isEqualTo("1000/0000");
    }

    @Test
    void aBoxThatEndsOnTheEdgeStaysInThePicture() {
        assertThat(mask(80, 30, 100, 50)).isEqualTo("0000/0001");
    }

    @Test
    void boxesAreJoined() {
        assertThat(text(TargetMask.ofBoxes(
                        List.of(new PixelArea(1, 1, 2, 2), new PixelArea(80, 30, 5, 5)), SIZE, SIZE, PLAN)))
                .isEqualTo("1000/0001");
    }

    @Test
    void aBoxOutsideOfThePictureMarksNothingAndOneThatReachesOutIsCut() {
        assertThat(mask(120, 60, 130, 70)).isEqualTo("0000/0000");
        assertThat(mask(-50, -50, -10, 10)).isEqualTo("0000/0000");
        assertThat(mask(-50, -50, 10, 10)).isEqualTo("1000/0000");
    }

    @Test
    void boxesMayBeForAScaledCopyOfThePicture() {
        float[] mask =
                TargetMask.ofBoxes(List.of(new PixelArea(300, 100, 300, 100)), new ImageSize(1_000, 500), SIZE, PLAN);
        assertThat(text(mask)).isEqualTo("0110/0000");
    }

    @Test
    void onATileTokensLieWhereTheyAreAlsoWhereItBeginsWithThePicture() {
        // The left half of 100 x 50 pixels.
        PatchPlan tile = new PatchPlan(new ImageGrid(4, 4, 14, 1), 56, 56, 0, 0, 12.5, 12.5);
        assertThat(text(TargetMask.ofBoxes(List.of(new PixelArea(80, 10, 10, 10)), SIZE, SIZE, tile)))
                .isEqualTo("0000/000000000000");
        assertThat(text(TargetMask.ofBoxes(List.of(new PixelArea(15, 1, 15, 5)), SIZE, SIZE, tile)))
                .isEqualTo("0110/000000000000");
    }

    @Test
    void onAPaddedPictureTokensLieWhereTheyAre() {
        // 100 x 50 in the middle of a square of 100, four by four tokens: rows 1 and 2 are the picture.
        PatchPlan padded = new PatchPlan(new ImageGrid(4, 4, 14, 1), 56, 56, 0, -25, 25, 25);
        float[] mask = TargetMask.ofBoxes(List.of(new PixelArea(30, 10, 10, 10)), SIZE, SIZE, padded);
        assertThat(mask).containsExactly(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void aMaskPictureMarksTheTokensOfItsPixels() {
        byte[] rgb = new byte[20 * 10 * 3];
        rgb[(9 * 20 + 19) * 3 + 1] = 1;
        rgb[(4 * 20 + 5) * 3] = (byte) 255;
        float[] mask = TargetMask.ofPicture(new RasterImage(20, 10, rgb), SIZE, PLAN);
        assertThat(text(mask)).isEqualTo("0100/0001");
    }

    private static String mask(double left, double top, double right, double bottom) {
        return text(
                TargetMask.ofBoxes(List.of(new PixelArea(left, top, right - left, bottom - top)), SIZE, SIZE, PLAN));
    }

    private static String text(float[] mask) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < mask.length; i++) {
            text.append(i == 4 ? "/" : "").append((int) mask[i]);
        }
        return text.toString();
    }
}
