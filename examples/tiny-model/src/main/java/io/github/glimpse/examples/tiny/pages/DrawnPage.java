package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/**
 * A page with what is known about it.
 *
 * @param request what was asked for
 * @param families type families on it, each once
 * @param kinds of panels on it, in the order of painting
 * @param rgb red, green and blue of each pixel, row by row; not copied, do not change
 * @param marks every character that is written on purpose
 * @param cells what each cell shows
 * @param facts what can be asked
 */
public record DrawnPage(
        PageRequest request,
        List<String> families,
        List<String> kinds,
        byte[] rgb,
        List<Mark> marks,
        PageCells cells,
        List<Fact> facts) {

    /** One part in so many of a cell is enough for it to be evidence. */
    private static final int COVERED = 3;

    /** Copies the lists. */
    public DrawnPage {
        families = List.copyOf(families);
        kinds = List.copyOf(kinds);
        marks = List.copyOf(marks);
        facts = List.copyOf(facts);
    }

    /** Cells that must be seen for a fact: those whose writing lies in its evidence, or a third of which it covers. */
    public BitSet evidenceCells(Fact fact) {
        PageSize size = request.size();
        BitSet seen = new BitSet(size.cellCount());
        for (Box box : fact.evidence()) {
            for (Mark mark : marks) {
                if (box.contains((int) mark.x(), (int) mark.y())) {
                    cellAt(mark).ifPresent(seen::set);
                }
            }
            for (int cell = 0; cell < size.cellCount(); cell++) {
                int left = cell % size.columns() * PageSize.CELL;
                int top = cell / size.columns() * PageSize.CELL;
                int across = Math.min(box.right(), left + PageSize.CELL) - Math.max(box.left(), left);
                int down = Math.min(box.bottom(), top + PageSize.CELL) - Math.max(box.top(), top);
                if (across > 0 && down > 0 && across * down * COVERED >= PageSize.CELL * PageSize.CELL) {
                    seen.set(cell);
                }
            }
        }
        return seen;
    }

    /** The cell of each character of a fact's answer, -1 for blanks; none where the answer is not written so on the page. */
    public int[] answerCells(Fact fact) {
        List<Mark> written = fact.words().stream()
                .flatMap(word ->
                        marks.stream().filter(mark -> mark.word() == word).sorted(Comparator.comparingInt(Mark::index)))
                .toList();
        String answer = fact.answer();
        int[] cells = new int[answer.length()];
        int next = 0;
        for (int i = 0; i < cells.length; i++) {
            cells[i] = -1;
            if (answer.charAt(i) != ' ') {
                if (next == written.size() || written.get(next).character() != answer.charAt(i)) {
                    return new int[0];
                }
                cells[i] = cellAt(written.get(next)).orElse(-1);
                next++;
            }
        }
        return next == written.size() ? cells : new int[0];
    }

    private OptionalInt cellAt(Mark mark) {
        PageSize size = request.size();
        boolean inside = mark.x() >= 0 && mark.y() >= 0 && mark.x() < size.width() && mark.y() < size.height();
        return inside ? OptionalInt.of(size.cellAt((int) mark.x(), (int) mark.y())) : OptionalInt.empty();
    }

    /** The words of the evidence of a fact as they stand on the page, in the order of writing, a blank between them. */
    public String quote(Fact fact) {
        StringBuilder quote = new StringBuilder();
        int word = -1;
        int index = 0;
        for (Mark mark : marks) {
            if (fact.evidence().stream().anyMatch(box -> box.contains((int) mark.x(), (int) mark.y()))) {
                boolean goesOn = mark.word() == word;
                if (quote.length() > 0 && (!goesOn || mark.index() > index + 1)) {
                    quote.append(' ');
                }
                quote.append(mark.character());
                word = mark.word();
                index = mark.index();
            }
        }
        return quote.toString();
    }
}
