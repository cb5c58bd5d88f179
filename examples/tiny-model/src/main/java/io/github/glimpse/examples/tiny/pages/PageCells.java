package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import java.awt.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What each cell of a page shows, row by row. The arrays are not copied; do not change them.
 *
 * @param characters {@code [cells, 6]}: the characters whose middle lies in the cell, line by line and from left to right, as numbers of
 *     {@link #characterClass}; 0 where there is none, {@link #CROWDED} in all six where there are more
 * @param keys {@code [cells, 3]}: where a value stands, the first characters of what it is the value of; where a form is drawn, those of
 *     its name; else 0
 * @param roles {@code [cells]}: numbers of {@link #role}, twice the place of a {@link CellRole} in {@link #ROLES}, and one more where writing begins
 * @param colours {@code [cells]}: place of the colour among the names, from 1; 0 where there is none that is known
 */
public record PageCells(long[] characters, long[] keys, long[] roles, long[] colours) {

    /** What roles there are, in their order. */
    public static final List<CellRole> ROLES = List.of(CellRole.values());

    /** Most characters of a cell that are told. */
    public static final int SLOTS = 6;

    /** Characters of a key that are told. */
    public static final int KEY_SLOTS = 3;

    /** Stands for a cell with more characters than can be told: no class, it teaches nothing. */
    public static final long CROWDED = -100;

    /** Classes of a character: none, then printable ASCII without the blank. */
    public static final int CHARACTER_CLASSES = '~' - '!' + 2;

    /** Classes of a role. */
    public static final int ROLE_CLASSES = 2 * ROLES.size();

    /** Classes of a colour. */
    public static final int COLOUR_CLASSES = Shades.NAMES.size() + 1;

    private static final double LEAST_SHARE = 0.4;
    private static final int SAMPLES = 5;

    /** The class of a character, from 1. */
    public static int characterClass(char character) {
        if (character < '!' || character > '~') {
            throw new IllegalArgumentException("The character '" + character + "' is never written on a page");
        }
        return character - '!' + 1;
    }

    static PageCells of(PageSize size, List<Mark> marks, List<Sheet.Patch> patches) {
        int cells = size.cellCount();
        PageCells labels =
                new PageCells(new long[cells * SLOTS], new long[cells * KEY_SLOTS], new long[cells], new long[cells]);
        patches.forEach(patch -> labels.cover(size, patch));
        List<List<Mark>> byCell = new ArrayList<>();
        for (int i = 0; i < cells; i++) {
            byCell.add(new ArrayList<>());
        }
        for (Mark mark : marks) {
            if (mark.x() >= 0 && mark.y() >= 0 && mark.x() < size.width() && mark.y() < size.height()) {
                byCell.get(size.cellAt((int) mark.x(), (int) mark.y())).add(mark);
            }
        }
        for (int cell = 0; cell < cells; cell++) {
            labels.write(cell, byCell.get(cell));
        }
        return labels;
    }

    /** Cells of which it covers enough; if there are none, the one with the largest share. */
    private void cover(PageSize size, Sheet.Patch patch) {
        double[] shares = new double[roles.length];
        int largest = 0;
        for (int cell = 0; cell < roles.length; cell++) {
            shares[cell] =
                    share(patch.area(), cell % size.columns() * PageSize.CELL, cell / size.columns() * PageSize.CELL);
            largest = shares[cell] > shares[largest] ? cell : largest;
        }
        for (int cell = 0; cell < roles.length; cell++) {
            if (shares[cell] >= LEAST_SHARE || (cell == largest && shares[cell] > 0)) {
                roles[cell] = role(patch.role(), false);
                colours[cell] = Shades.NAMES.indexOf(patch.colour()) + 1L;
                name(cell, patch.form());
            }
        }
    }

    private static double share(Shape area, int left, int top) {
        if (!area.intersects(left, top, PageSize.CELL, PageSize.CELL)) {
            return 0;
        }
        int inside = 0;
        for (int i = 0; i < SAMPLES * SAMPLES; i++) {
            double x = left + (i % SAMPLES + 0.5) * PageSize.CELL / SAMPLES;
            double y = top + (Math.floorDiv(i, SAMPLES) + 0.5) * PageSize.CELL / SAMPLES;
            inside += area.contains(x, y) ? 1 : 0;
        }
        return inside / (double) (SAMPLES * SAMPLES);
    }

    private void write(int cell, List<Mark> written) {
        if (written.isEmpty()) {
            return;
        }
        List<Mark> inOrder = inOrder(written);
        Mark first = inOrder.get(0);
        roles[cell] = role(first.role(), written.stream().anyMatch(mark -> mark.index() == 0));
        if (inOrder.size() > SLOTS) {
            Arrays.fill(characters, cell * SLOTS, (cell + 1) * SLOTS, CROWDED);
        } else {
            for (int slot = 0; slot < inOrder.size(); slot++) {
                characters[cell * SLOTS + slot] =
                        characterClass(inOrder.get(slot).character());
            }
        }
        name(cell, first.key());
    }

    /** The number of a role, of a cell in which writing begins or of another. */
    public static long role(CellRole role, boolean begins) {
        return 2L * ROLES.indexOf(role) + (begins ? 1 : 0);
    }

    private void name(int cell, String name) {
        String letters = name.replace(" ", "").toLowerCase(Locale.ROOT);
        for (int slot = 0; slot < KEY_SLOTS; slot++) {
            keys[cell * KEY_SLOTS + slot] = slot < letters.length() ? characterClass(letters.charAt(slot)) : 0;
        }
    }

    // Words of one line are written one after the other, but columns are not: sorted by height first, where a line is
    // what lies
    // within a third of a cell.
    private static List<Mark> inOrder(List<Mark> written) {
        List<Mark> byHeight = new ArrayList<>(written);
        byHeight.sort(Comparator.comparingDouble(Mark::y));
        List<Mark> inOrder = new ArrayList<>();
        List<Mark> line = new ArrayList<>();
        for (Mark mark : byHeight) {
            if (!line.isEmpty() && mark.y() - line.get(0).y() > PageSize.CELL / 3.0) {
                line.sort(Comparator.comparingDouble(Mark::x));
                inOrder.addAll(line);
                line.clear();
            }
            line.add(mark);
        }
        line.sort(Comparator.comparingDouble(Mark::x));
        inOrder.addAll(line);
        return inOrder;
    }
}
