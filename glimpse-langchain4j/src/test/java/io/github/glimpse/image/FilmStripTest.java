package io.github.glimpse.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.image.FilmStrip.Slice;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FilmStripTest {

    private static final PatchPlan PLAN = new PatchPlan(new ImageGrid(1, 2, 14, 1), 28, 14, 0, 0, 40, 40);

    private static Slice slice(int number, int... kept) {
        byte[] rgb = new byte[3 * 80 * 40];
        Arrays.fill(rgb, (byte) 200);
        return new Slice(new RasterImage(80, 40, rgb), TokenUnit.slice(number, number * 0.5, PLAN), kept);
    }

    private static RasterImage drawn(List<Slice> slices) {
        return new ImageDecoder(ImageLimits.defaults(), Transparency.DROP).decode(FilmStrip.png(slices));
    }

    private static int green(RasterImage image, int x, int y) {
        return image.rgb()[3 * (y * image.width() + x) + 1] & 0xFF;
    }

    @Test
    void drawsATileForEachSliceAndABarOfWhatWasKept() {
        RasterImage film = drawn(List.of(slice(0, 0, 1), slice(1, 0), slice(2)));

        assertThat(film.width()).isEqualTo(3 * 84 + 4);
        // The second token of each slice: kept, dropped, dropped.
        assertThat(green(film, 4 + 60, 4 + 20)).isEqualTo(200);
        assertThat(green(film, 88 + 60, 4 + 20)).isEqualTo(80);
        assertThat(green(film, 88 + 20, 4 + 20)).isEqualTo(200);
        assertThat(green(film, 172 + 20, 4 + 20)).isEqualTo(80);
        // Bars of 40 pixels: whole, half, none.
        int bottom = film.height() - 5;
        List<Integer> heights = IntStream.of(40, 130, 210)
                .mapToObj(x -> (int) IntStream.range(0, 40)
                        .filter(up -> green(film, x, bottom - up) == 230)
                        .count())
                .toList();
        assertThat(heights).containsExactly(40, 20, 0);
    }

    @Test
    void aLongVideoGoesOnInTheNextLane() {
        assertThat(drawn(IntStream.range(0, 17)
                                .mapToObj(number -> slice(number))
                                .toList())
                        .width())
                .isEqualTo(8 * 84 + 4);
        assertThatThrownBy(() -> FilmStrip.png(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
