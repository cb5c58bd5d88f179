package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.CellLabels;
import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import java.util.List;

/**
 * Pictures of one size with what each cell shows, as classes; cells in the order of the tower's windows.
 *
 * @param layout of the pages
 * @param pictures how many there are
 * @param pixels {@code [pictures, patches, 588]}
 * @param labels {@code [cells, 7]}: characters of three slots, owner, colour, role, index of the first character
 * @param weights {@code [cells, 2]}: weight of the characters and of the rest; each sums to 1.25 at most
 */
record DenseBatch(PageLayout layout, int pictures, float[] pixels, long[] labels, float[] weights) {

    /** Labels of a cell. */
    static final int LABELS = CellLabels.SLOTS + 4;

    /** Classes of roles. */
    static final List<CellRole> ROLES = List.of(CellRole.values());

    private static final float EMPTY_SHARE = 0.25f;
    private static final int LONGEST_INDEX = 11;
    // The bytes that spell unknown words own nothing.
    private static final int FIRST_WORD = Vocabulary.MARKS.size() + 256;
    private static final int WORDS = Vocabulary.all().size() - FIRST_WORD;

    /** Classes of a character, an owner, a colour, a role and an index. */
    static final long[] CLASSES = {
        Vocabulary.CHARACTER_CLASSES, WORDS + 1L, WORDS + 1L, ROLES.size(), LONGEST_INDEX + 2L
    };

    /** Outputs of the label head. */
    static int outputs() {
        long sum = CellLabels.SLOTS * CLASSES[0];
        for (int i = 1; i < CLASSES.length; i++) {
            sum += CLASSES[i];
        }
        return (int) sum;
    }

    static DenseBatch of(List<Drawing> drawings) {
        PageLayout layout = PageLayout.of(drawings.get(0).request().size());
        int cells = layout.size().cellCount();
        long[] labels = new long[drawings.size() * cells * LABELS];
        boolean[][] shown = new boolean[2][drawings.size() * cells];
        for (int picture = 0; picture < drawings.size(); picture++) {
            CellLabels known = drawings.get(picture).labels();
            for (int place = 0; place < cells; place++) {
                int cell = layout.order()[place];
                int row = picture * cells + place;
                System.arraycopy(classes(known, cell), 0, labels, row * LABELS, LABELS);
                shown[0][row] = known.characters()[cell * CellLabels.SLOTS] > 0;
                shown[1][row] = known.roles()[cell] != CellRole.BACKGROUND;
            }
        }
        float[] weights = new float[2 * drawings.size() * cells];
        weigh(weights, 0, shown[0], CellLabels.SLOTS);
        weigh(weights, 1, shown[1], 1);
        return new DenseBatch(layout, drawings.size(), PagePixels.of(drawings, layout), labels, weights);
    }

    private static long[] classes(CellLabels known, int cell) {
        long[] row = new long[LABELS];
        for (int slot = 0; slot < CellLabels.SLOTS; slot++) {
            row[slot] = known.characters()[cell * CellLabels.SLOTS + slot];
        }
        row[CellLabels.SLOTS] = word(known.owners()[cell]);
        row[CellLabels.SLOTS + 1] = word(known.colours()[cell]);
        row[CellLabels.SLOTS + 2] = ROLES.indexOf(known.roles()[cell]);
        row[CellLabels.SLOTS + 3] = 1L + Math.min(LONGEST_INDEX, known.firstIndex()[cell]);
        return row;
    }

    private static long word(int token) {
        return token == CellLabels.NONE ? 0 : token - FIRST_WORD + 1L;
    }

    /** Cells that show something share 1, the others a quarter: most of a page is empty. */
    private static void weigh(float[] weights, int column, boolean[] shown, int rowsPerCell) {
        int count = 0;
        for (boolean cell : shown) {
            count += cell ? 1 : 0;
        }
        for (int i = 0; i < shown.length; i++) {
            int alike = shown[i] ? count : shown.length - count;
            weights[2 * i + column] = (shown[i] ? 1 : EMPTY_SHARE) / (rowsPerCell * alike);
        }
    }
}
