package io.github.glimpse.examples.tiny.pages;

import java.util.List;

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

    /** Copies the lists. */
    public DrawnPage {
        families = List.copyOf(families);
        kinds = List.copyOf(kinds);
        marks = List.copyOf(marks);
        facts = List.copyOf(facts);
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
