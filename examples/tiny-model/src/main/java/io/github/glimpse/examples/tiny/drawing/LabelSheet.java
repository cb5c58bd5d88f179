package io.github.glimpse.examples.tiny.drawing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Collects what the cells show while a picture is drawn. Writing covers what it is written on. */
final class LabelSheet {

    private static final int SAMPLES = 7;

    private final PageSize size;
    private final CellLabels labels;
    private final double[] shares;
    private final List<WrittenWord> words = new ArrayList<>();
    private final List<ColouredArea> areas = new ArrayList<>();

    LabelSheet(PageSize size) {
        this.size = size;
        int cells = size.cellCount();
        labels = new CellLabels(
                new int[cells * CellLabels.SLOTS], new int[cells], new int[cells], new int[cells], new CellRole[cells]);
        Arrays.fill(labels.firstIndex(), CellLabels.NONE);
        Arrays.fill(labels.owners(), CellLabels.NONE);
        Arrays.fill(labels.colours(), CellLabels.NONE);
        Arrays.fill(labels.roles(), CellRole.BACKGROUND);
        shares = new double[cells];
    }

    /** Marks the cells of which the area takes the least share or more, and more than any area before. */
    void cover(Polygon area, double leastShare, int owner, int colour, CellRole role) {
        String form = role == CellRole.SHAPE ? Vocabulary.all().get(owner) : "";
        areas.add(new ColouredArea(area.x(), area.y(), role, Vocabulary.all().get(colour), form));
        Box box = area.box();
        for (int row = box.top() / PageSize.CELL; row <= (box.bottom() - 1) / PageSize.CELL; row++) {
            for (int column = box.left() / PageSize.CELL; column <= (box.right() - 1) / PageSize.CELL; column++) {
                int cell = row * size.columns() + column;
                double share = share(area, row, column);
                if (share >= leastShare && share > shares[cell]) {
                    shares[cell] = share;
                    mark(cell, owner, colour, role);
                }
            }
        }
    }

    private static double share(Polygon area, int row, int column) {
        int inside = 0;
        for (int down = 0; down < SAMPLES; down++) {
            for (int right = 0; right < SAMPLES; right++) {
                double x = column * PageSize.CELL + (right + 0.5) * PageSize.CELL / SAMPLES;
                double y = row * PageSize.CELL + (down + 0.5) * PageSize.CELL / SAMPLES;
                inside += area.contains(x, y) ? 1 : 0;
            }
        }
        return inside / (double) (SAMPLES * SAMPLES);
    }

    /** Enters the characters of a word; returns where each stands. */
    List<Question.Pointer> write(PlacedText word, int owner, int colour, CellRole role) {
        words.add(new WrittenWord(word.text(), word.centreX(), word.centreY(), role));
        List<Question.Pointer> pointers = new ArrayList<>();
        String text = word.text();
        for (int i = 0; i < text.length(); i++) {
            int cell = size.cellAt((int) word.centreX()[i], word.centreY());
            int slot = freeSlot(cell);
            labels.characters()[cell * CellLabels.SLOTS + slot] = Vocabulary.characterClass(text.charAt(i));
            if (slot == 0) {
                labels.firstIndex()[cell] = i;
                mark(cell, owner, colour, role);
            }
            pointers.add(new Question.Pointer(text.charAt(i), cell));
        }
        return pointers;
    }

    private void mark(int cell, int owner, int colour, CellRole role) {
        labels.owners()[cell] = owner;
        labels.colours()[cell] = colour;
        labels.roles()[cell] = role;
    }

    private int freeSlot(int cell) {
        for (int slot = 0; slot < CellLabels.SLOTS; slot++) {
            if (labels.characters()[cell * CellLabels.SLOTS + slot] == 0) {
                return slot;
            }
        }
        throw new IllegalStateException("More than " + CellLabels.SLOTS + " characters fall into cell " + cell);
    }

    CellLabels labels() {
        return labels;
    }

    List<WrittenWord> words() {
        return words;
    }

    List<ColouredArea> areas() {
        return areas;
    }
}
