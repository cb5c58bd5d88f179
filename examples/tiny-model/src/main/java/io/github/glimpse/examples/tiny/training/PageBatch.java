package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.pages.DrawnPage;
import io.github.glimpse.examples.tiny.pages.PageCells;
import java.util.List;

/**
 * Pages of one size with what each cell must tell, as classes; cells in the order of the tower's windows.
 *
 * @param layout of the pages
 * @param pages how many there are
 * @param pixels {@code [pages, patches, 588]}
 * @param labels {@code [cells, 11]}: characters of six slots, three characters of the key, role, colour
 * @param weights {@code [cells, 3]}: weight of the characters, of the key and of the rest; each sums to 1.25 at most
 */
record PageBatch(PageLayout layout, int pages, float[] pixels, long[] labels, float[] weights) {

    /** Labels of a cell. */
    static final int LABELS = PageCells.SLOTS + PageCells.KEY_SLOTS + 2;

    /** Kinds of labels that are counted together. */
    static final List<String> GROUPS = List.of("characters", "keys", "marks");

    private static final int CHARACTERS = 0;
    private static final int KEYS = 1;
    private static final int MARKS = 2;
    private static final float EMPTY_SHARE = 0.25f;
    private static final float KEY_SHARE = 0.25f;
    private static final float MARK_SHARE = 0.15f;

    /** Classes of each label. */
    static long[] classes() {
        long[] classes = new long[LABELS];
        for (int part = 0; part < LABELS; part++) {
            classes[part] = part < LABELS - 2
                    ? PageCells.CHARACTER_CLASSES
                    : part == LABELS - 2 ? PageCells.ROLE_CLASSES : PageCells.COLOUR_CLASSES;
        }
        return classes;
    }

    /** The group of each label. */
    static long[] groups() {
        long[] groups = new long[LABELS];
        for (int part = 0; part < LABELS; part++) {
            groups[part] = part < PageCells.SLOTS ? CHARACTERS : part < LABELS - 2 ? KEYS : MARKS;
        }
        return groups;
    }

    /** What each label counts in the loss. */
    static float[] shares() {
        float[] shares = new float[LABELS];
        for (int part = 0; part < LABELS; part++) {
            shares[part] = part < PageCells.SLOTS ? 1 : part < LABELS - 2 ? KEY_SHARE : MARK_SHARE;
        }
        return shares;
    }

    /** Outputs of the head that tells. */
    static int outputs() {
        long sum = 0;
        for (long count : classes()) {
            sum += count;
        }
        return (int) sum;
    }

    static PageBatch of(List<DrawnPage> pages) {
        PageLayout layout = PageLayout.of(pages.get(0).request().size());
        int cells = layout.size().cellCount();
        long[] labels = new long[pages.size() * cells * LABELS];
        for (int page = 0; page < pages.size(); page++) {
            for (int place = 0; place < cells; place++) {
                fill(pages.get(page).cells(), layout.order()[place], labels, (page * cells + place) * LABELS);
            }
        }
        float[] pixels = PagePixels.ofBytes(pages.stream().map(DrawnPage::rgb).toList(), layout);
        return new PageBatch(layout, pages.size(), pixels, labels, weights(labels));
    }

    private static void fill(PageCells known, int cell, long[] labels, int at) {
        System.arraycopy(known.characters(), cell * PageCells.SLOTS, labels, at, PageCells.SLOTS);
        System.arraycopy(known.keys(), cell * PageCells.KEY_SLOTS, labels, at + PageCells.SLOTS, PageCells.KEY_SLOTS);
        labels[at + LABELS - 2] = known.roles()[cell];
        labels[at + LABELS - 1] = known.colours()[cell];
    }

    /** Cells that show something share 1, the others a quarter: most of a page is empty. A crowded cell counts nowhere. */
    private static float[] weights(long[] labels) {
        int cells = labels.length / LABELS;
        float[] weights = new float[cells * GROUPS.size()];
        int[] firsts = {0, PageCells.SLOTS, LABELS - 2};
        int[] parts = {PageCells.SLOTS, PageCells.KEY_SLOTS, 1};
        for (int group = 0; group < firsts.length; group++) {
            int shown = 0;
            int empty = 0;
            for (int cell = 0; cell < cells; cell++) {
                long first = labels[cell * LABELS + firsts[group]];
                shown += first > 0 ? 1 : 0;
                empty += first == 0 ? 1 : 0;
            }
            for (int cell = 0; cell < cells; cell++) {
                long first = labels[cell * LABELS + firsts[group]];
                float weight = first > 0 ? 1f / shown : first == 0 ? EMPTY_SHARE / empty : 0;
                weights[cell * GROUPS.size() + group] = weight / parts[group];
            }
        }
        return weights;
    }
}
