package io.github.glimpse.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MergeOverlayTest {

    private static final int[] RED = {200, 40, 40};
    private static final int[] ORANGE = {230, 159, 0};
    private static final int[] SKY = {86, 180, 233};

    /** Red as television weighs it, which is 87, times two fifths. */
    private static final int DARK = 34;

    /** Six tokens of 10 x 10 pixels, three in a row. */
    private static final PatchPlan PLAN = new PatchPlan(new ImageGrid(2, 3, 14, 1), 42, 28, 0, 0, 10, 10);

    private static RasterImage picture() {
        byte[] rgb = new byte[3 * 30 * 20];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) RED[i % 3];
        }
        return new RasterImage(30, 20, rgb);
    }

    private static int[] pixel(byte[] png, int x, int y) {
        RasterImage image = new ImageDecoder(ImageLimits.defaults(), Transparency.DROP).decode(png);
        int at = 3 * (y * image.width() + x);
        return new int[] {image.rgb()[at] & 0xFF, image.rgb()[at + 1] & 0xFF, image.rgb()[at + 2] & 0xFF};
    }

    private static int[] tinted(int[] colour) {
        int[] tinted = new int[3];
        for (int channel = 0; channel < 3; channel++) {
            tinted[channel] = Math.round((colour[channel] + DARK) / 2f);
        }
        return tinted;
    }

    @Test
    void drawsEachMixtureInAColourOfItsOwnWithALineFromItsSources() {
        byte[] png = MergeOverlay.png(
                picture(),
                PLAN,
                new int[] {0, 5},
                List.of(new MergeOverlay.Group(0, new int[] {1}), new MergeOverlay.Group(5, new int[] {3})));

        assertThat(pixel(png, 0, 0)).as("frame of 0").containsExactly(ORANGE);
        assertThat(pixel(png, 9, 9)).as("frame of 0").containsExactly(ORANGE);
        assertThat(pixel(png, 3, 3)).as("inside 0").containsExactly(RED);
        assertThat(pixel(png, 12, 2)).as("source 1").containsExactly(tinted(ORANGE));
        assertThat(pixel(png, 12, 5)).as("line from 1 to 0").containsExactly(ORANGE);
        assertThat(pixel(png, 20, 10)).as("frame of 5").containsExactly(SKY);
        assertThat(pixel(png, 2, 12)).as("source 3").containsExactly(tinted(SKY));
        assertThat(pixel(png, 15, 15)).as("line from 3 to 5 over 4").containsExactly(SKY);
        assertThat(pixel(png, 25, 5)).as("dropped 2").containsExactly(DARK, DARK, DARK);
    }

    @Test
    void drawsTheMaskWhereNothingWasMixed() {
        int[] kept = {1, 2};
        assertThat(MergeOverlay.png(picture(), PLAN, kept, List.of()))
                .isEqualTo(MaskOverlay.png(picture(), PLAN, kept));
    }

    @Test
    void cutsTokensThatReachOutOfThePicture() {
        PatchPlan padded = new PatchPlan(new ImageGrid(2, 3, 14, 1), 42, 28, -5, -5, 20, 20);
        byte[] png =
                MergeOverlay.png(picture(), padded, new int[] {0}, List.of(new MergeOverlay.Group(0, new int[] {4})));
        assertThat(pixel(png, 0, 0)).containsExactly(ORANGE);
        assertThat(pixel(png, 29, 0)).isNotEqualTo(ORANGE);
    }

    @Test
    void refusesTokensThatAreNotThere() {
        assertThatThrownBy(() -> MergeOverlay.png(
                        picture(), PLAN, new int[] {0}, List.of(new MergeOverlay.Group(0, new int[] {6}))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no token 6");
    }

    @Test
    void leavesThePictureAsItWas() {
        RasterImage original = picture();
        MergeOverlay.png(original, PLAN, new int[] {0}, List.of(new MergeOverlay.Group(0, new int[] {1, 2})));
        assertThat(original).isEqualTo(picture());
    }
}
