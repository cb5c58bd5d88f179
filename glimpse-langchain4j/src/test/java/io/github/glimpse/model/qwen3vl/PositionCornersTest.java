package io.github.glimpse.model.qwen3vl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.image.ImageGrid;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PositionCornersTest {

    private static PositionCorners whole(ImageGrid grid, int side) {
        return PositionCorners.of(grid, IntStream.range(0, grid.tokenCount()).toArray(), side);
    }

    /** The place of a patch on the table, from its four corners. */
    private static double[] place(PositionCorners corners, int patch, int side) {
        int patches = corners.shares().length / PositionCorners.CORNERS;
        double[] place = new double[2];
        for (int corner = 0; corner < PositionCorners.CORNERS; corner++) {
            int at = corner * patches + patch;
            long row = corners.places()[at] / side;
            place[0] += corners.shares()[at] * row;
            place[1] += corners.shares()[at] * (corners.places()[at] - row * side);
        }
        return place;
    }

    @Test
    void stretchesTheTableFromCornerToCorner() {
        PositionCorners corners = whole(new ImageGrid(4, 6, 16, 2), 48);

        assertThat(place(corners, 0, 48)).containsExactly(0, 0);
        // the last patch of the last token lies in the lower right corner
        assertThat(place(corners, 23, 48)).containsExactly(new double[] {47, 47}, within(1e-4));
        // token by token: the second patch is right of the first, the third below it
        assertThat(place(corners, 1, 48)).containsExactly(new double[] {0, 47 / 5.0}, within(1e-4));
        assertThat(place(corners, 2, 48)).containsExactly(new double[] {47 / 3.0, 0}, within(1e-4));
    }

    @Test
    void keptTokensStayWhereTheyAre() {
        ImageGrid grid = new ImageGrid(4, 6, 16, 2);
        PositionCorners all = whole(grid, 48);
        PositionCorners some = PositionCorners.of(grid, new int[] {4}, 48);

        for (int patch = 0; patch < 4; patch++) {
            assertThat(place(some, patch, 48)).isEqualTo(place(all, 16 + patch, 48));
        }
    }
}
