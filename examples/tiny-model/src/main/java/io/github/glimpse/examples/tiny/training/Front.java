package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import java.util.BitSet;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What stands before a picture that is asked about.
 *
 * @param ids of its rows; for each cell of an earlier picture the mark of an image token
 * @param earlier the picture that stands among them; null if none does
 */
record Front(int[] ids, @Nullable Earlier earlier) {

    private static final int CELL = Vocabulary.id("<|image_pad|>");
    private static final double KEPT = 0.1;

    /**
     * A picture of an earlier turn.
     *
     * @param size of the picture
     * @param firstCell its first cell among those of all pages of a lesson
     * @param kept cells that are left behind a cut
     */
    record Earlier(PageSize size, int firstCell, BitSet kept) {

        /** Behind a cut one of ten cells is left by chance. */
        static Earlier of(PageSize size, int firstCell, Random random) {
            BitSet kept = new BitSet();
            IntStream.range(0, size.cellCount())
                    .filter(cell -> random.nextDouble() < KEPT)
                    .forEach(kept::set);
            return new Earlier(size, firstCell, kept);
        }

        /** Marks of its cells. */
        IntStream marks() {
            return IntStream.range(0, size.cellCount()).map(cell -> CELL);
        }
    }

    /** A front of text alone. */
    static Front of(int... ids) {
        return new Front(ids, null);
    }

    int rows() {
        return ids.length;
    }

    /** Row of the earlier picture's first cell; behind all rows if there is none. */
    int firstCellRow() {
        int row = 0;
        while (row < ids.length && ids[row] != CELL) {
            row++;
        }
        return row;
    }

    /** Rows that are gone behind a cut. */
    int[] cutRows() {
        if (earlier == null) {
            return new int[0];
        }
        int first = firstCellRow();
        return IntStream.range(0, earlier.size().cellCount())
                .filter(cell -> !earlier.kept().get(cell))
                .map(cell -> first + cell)
                .toArray();
    }
}
