package io.github.glimpse.examples.tiny.drawing;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A picture with all that is known about it.
 *
 * @param request what was asked for
 * @param face name of the face that it is written in
 * @param rgb red, green and blue of each pixel, row by row; not copied, do not change
 * @param labels what each cell shows
 * @param questions about the picture, in no order of rank; none for {@link Family#DENSE}
 * @param words all that is written, in the order of writing
 * @param areas coloured outlines, in the order of drawing
 * @param things coloured things that scenes and signs show, in the order of drawing
 */
public record Drawing(
        DrawingRequest request,
        String face,
        byte[] rgb,
        CellLabels labels,
        List<Question> questions,
        List<WrittenWord> words,
        List<ColouredArea> areas,
        List<Thing> things) {

    /**
     * Checks the number of bytes and copies the lists.
     *
     * @throws IllegalArgumentException if the bytes do not fit the page
     */
    public Drawing {
        int expected = 3 * request.size().width() * request.size().height();
        if (rgb.length != expected) {
            throw new IllegalArgumentException(
                    "The picture has " + rgb.length + " bytes, its page asks for " + expected);
        }
        questions = List.copyOf(questions);
        words = List.copyOf(words);
        areas = List.copyOf(areas);
        things = List.copyOf(things);
    }

    /** Pixels across. */
    public int width() {
        return request.size().width();
    }

    /** Pixels down. */
    public int height() {
        return request.size().height();
    }

    /** Whether a cell belongs to a word: a key, a colour, a shape. */
    public boolean shows(String word) {
        return Vocabulary.has(word) && Arrays.stream(labels.owners()).anyMatch(owner -> owner == Vocabulary.id(word));
    }

    /** The cells that share a pixel with the evidence of a question. */
    public BitSet evidenceCells(Question question) {
        PageSize size = request.size();
        BitSet cells = new BitSet(size.cellCount());
        for (Box box : question.evidence()) {
            for (int row = box.top() / PageSize.CELL; row <= (box.bottom() - 1) / PageSize.CELL; row++) {
                int first = row * size.columns();
                cells.set(first + box.left() / PageSize.CELL, first + (box.right() - 1) / PageSize.CELL + 1);
            }
        }
        return cells;
    }
}
