package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.image.CropWindow;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelArea;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Boxes map back exactly, whatever the size, the dots per inch, the turn, the crop box and the processor's grid. */
class PageMappingTest {

    private static final int ROUNDS = 20_000;
    /** A few units in the last place of numbers up to 20,000. */
    private static final double ROUNDING = 1e-9;

    private final Random random = new Random(24);

    @Test
    void wholePixelsComeBackFromThePage() {
        for (int round = 0; round < ROUNDS; round++) {
            PageMapping mapping = mapping();
            PixelArea pixels =
                    new PixelArea(random.nextInt(5000), random.nextInt(5000), random.nextInt(900), random.nextInt(900));

            PixelArea back = mapping.toPixels(mapping.ofPixels(pixels));

            assertThat(Math.round(back.left())).isEqualTo((long) pixels.left());
            assertThat(Math.round(back.bottom())).isEqualTo((long) pixels.bottom());
            assertSame(back, pixels);
        }
    }

    @Test
    void thousandthsComeBackFromThePage() {
        for (int round = 0; round < ROUNDS; round++) {
            PageMapping mapping = mapping();
            int x = random.nextInt(1001);
            int y = random.nextInt(1001);
            int right = x + random.nextInt(1001 - x);
            int bottom = y + random.nextInt(1001 - y);

            assertThat(mapping.toThousandths(mapping.ofThousandths(right, y, x, bottom)))
                    .containsExactly(x, y, right, bottom);
        }
    }

    @Test
    void pixelsOfTheProcessorsPictureComeBackFromThePage() {
        for (int round = 0; round < ROUNDS; round++) {
            PageMapping mapping = mapping();
            PatchPlan plan = plan();
            PixelArea pixels =
                    new PixelArea(random.nextInt(700), random.nextInt(700), random.nextInt(200), random.nextInt(200));

            assertSame(mapping.toResized(mapping.ofResized(pixels, plan), plan), pixels);
        }
    }

    @Test
    void placesOnTheSheetComeBackFromThePage() {
        for (int round = 0; round < ROUNDS; round++) {
            PageGeometry page = mapping().page();
            double x = random.nextInt(2000) - 1000;
            double y = random.nextInt(2000) - 1000;
            PageBox box = page.ofSheet(x, y, x + random.nextInt(500), y + random.nextInt(500));

            double[] sheet = page.toSheet(box);

            PageBox back = page.ofSheet(sheet[0], sheet[1], sheet[2], sheet[3]);
            assertThat(sheet[0]).isCloseTo(x, within(ROUNDING));
            assertThat(sheet[1]).isCloseTo(y, within(ROUNDING));
            assertThat(back.x1()).isCloseTo(box.x1(), within(ROUNDING));
            assertThat(back.y2()).isCloseTo(box.y2(), within(ROUNDING));
        }
    }

    @Test
    void theTokensOfATokensBoxAreThatTokenAlone() {
        PageMapping mapping = new PageMapping(PageGeometry.upright(168, 112), 2);
        PatchPlan plan = new PatchPlan(new ImageGrid(16, 24, 14, 2), 336, 224, 0, 0, 28, 28);

        for (int token = 0; token < plan.grid().tokenCount(); token++) {
            assertThat(mapping.tokens(mapping.ofToken(token, plan).grown(-1e-6), plan))
                    .containsExactly(token);
        }
    }

    @Test
    void aTurnedSheetIsSeenTurnedClockwise() {
        // a mark of 10 x 20 points at the lower left corner of a crop box of 100 x 200 that starts at (7, 9)
        assertThat(new PageGeometry(100, 200, 0, 7, 9).ofSheet(7, 9, 17, 29)).isEqualTo(new PageBox(0, 180, 10, 200));
        assertThat(new PageGeometry(200, 100, 90, 7, 9).ofSheet(7, 9, 17, 29)).isEqualTo(new PageBox(0, 0, 20, 10));
        assertThat(new PageGeometry(100, 200, 180, 7, 9).ofSheet(7, 9, 17, 29)).isEqualTo(new PageBox(90, 0, 100, 20));
        assertThat(new PageGeometry(200, 100, 270, 7, 9).ofSheet(7, 9, 17, 29))
                .isEqualTo(new PageBox(180, 90, 200, 100));
    }

    @Test
    void placesOnATileAreThoseOnThePagesPictureAndComeBackFromThePage() {
        for (int round = 0; round < ROUNDS; round++) {
            PageMapping page = mapping();
            CropWindow window = new CropWindow(
                    random.nextInt(3000), random.nextInt(3000), 1 + random.nextInt(900), 1 + random.nextInt(900));
            PageMapping tile = page.of(window);
            PatchPlan plan = plan();
            PixelArea pixels =
                    new PixelArea(random.nextInt(700), random.nextInt(700), random.nextInt(200), random.nextInt(200));
            PixelArea onPage = new PixelArea(
                    window.left() + pixels.left(), window.top() + pixels.top(), pixels.width(), pixels.height());
            int x = random.nextInt(1001);
            int y = random.nextInt(1001);

            assertSame(page.toPixels(tile.ofPixels(pixels)), onPage);
            assertSame(tile.toPixels(page.ofPixels(onPage)), pixels);
            assertSame(tile.toResized(tile.ofResized(pixels, plan), plan), pixels);
            assertSame(
                    page.toPixels(tile.ofResized(pixels, plan)),
                    page.toPixels(page.ofResized(pixels, plan.moved(window.left(), window.top()))));
            assertThat(tile.toThousandths(tile.ofThousandths(x, y, 1000, 1000))).containsExactly(x, y, 1000, 1000);
            assertSame(
                    page.toPixels(tile.ofThousandths(0, 0, 1000, 1000)),
                    new PixelArea(window.left(), window.top(), window.width(), window.height()));
        }
    }

    private PageMapping mapping() {
        return new PageMapping(
                new PageGeometry(
                        1 + 3000 * random.nextDouble(),
                        1 + 3000 * random.nextDouble(),
                        90 * random.nextInt(4),
                        random.nextInt(400) - 200,
                        random.nextInt(400) - 200),
                (24 + random.nextInt(600)) / 72.0);
    }

    private PatchPlan plan() {
        int merge = 1 + random.nextInt(2);
        ImageGrid grid = new ImageGrid(merge * (1 + random.nextInt(30)), merge * (1 + random.nextInt(30)), 14, merge);
        return new PatchPlan(
                grid,
                14 * grid.patchColumns(),
                14 * grid.patchRows(),
                random.nextInt(40) - 20,
                random.nextInt(40) - 20,
                5 + 60 * random.nextDouble(),
                5 + 60 * random.nextDouble());
    }

    private static void assertSame(PixelArea back, PixelArea expected) {
        assertThat(back.left()).isCloseTo(expected.left(), within(ROUNDING));
        assertThat(back.top()).isCloseTo(expected.top(), within(ROUNDING));
        assertThat(back.right()).isCloseTo(expected.right(), within(ROUNDING));
        assertThat(back.bottom()).isCloseTo(expected.bottom(), within(ROUNDING));
    }
}
