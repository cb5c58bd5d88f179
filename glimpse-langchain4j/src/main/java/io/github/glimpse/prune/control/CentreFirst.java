package io.github.glimpse.prune.control;

import io.github.glimpse.image.ImageGrid;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The tokens nearest to the middle: nested rectangles with the picture's aspect. */
final class CentreFirst {

    private CentreFirst() {}

    /**
     * Chooses.
     *
     * @param tokens tokens of the image that are alive, rising
     * @return places in {@code tokens}, rising
     */
    static int[] choose(ImageGrid grid, int[] tokens, int count) {
        return IntStream.range(0, tokens.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingLong(place -> key(grid, tokens[place]))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(count)
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
    }

    private static long key(ImageGrid grid, int token) {
        long rows = grid.rows();
        long columns = grid.columns();
        long down = Math.abs(2 * (token / columns) + 1 - rows);
        long right = Math.abs(2 * (token % columns) + 1 - columns);
        return Math.max(down * columns, right * rows);
    }
}
