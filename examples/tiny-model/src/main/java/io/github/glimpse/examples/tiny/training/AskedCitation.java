package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.CellLabels;
import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.examples.tiny.pages.Surroundings;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * A question whose answer is to say where it stands, in the form of the library's page answers:
 * {@code {"found":true,"answer":"87.00","page":1,"box":[560,310,690,370],"quote":"total 87.00"}}.
 *
 * @param text that asks
 * @param form of the answer
 */
record AskedCitation(String text, AskedForm form) {

    private static final int THOUSAND = 1000;
    private static final int STEP = 10;

    /** Of a question whose answer is read where it stands, or that asks in vain; none where a character of the evidence cannot be told. */
    static Optional<AskedCitation> of(Drawing drawing, Question question, Dice dice) {
        String text = Surroundings.cited(question.text(), dice);
        if (question.evidence().isEmpty()) {
            AskedForm.Part nothing = AskedForm.Part.said("{\"found\":false}", new BitSet());
            return Optional.of(new AskedCitation(text, new AskedForm(List.of(nothing))));
        }
        BitSet region = drawing.evidenceCells(question);
        List<Question.Pointer> quote = quote(drawing.labels(), region);
        if (question.pointers().isEmpty() || !question.kind().promised() || quote.isEmpty()) {
            return Optional.empty();
        }
        AskedForm form = new AskedForm(List.of(
                AskedForm.Part.said("{\"found\":true,\"answer\":\"", region),
                AskedForm.Part.read(question.pointers(), region),
                AskedForm.Part.said(
                        "\",\"page\":1,\"box\":"
                                + box(question.pointers(), drawing.request().size()) + ",\"quote\":\"",
                        region),
                AskedForm.Part.read(quote, region),
                AskedForm.Part.said("\"}", new BitSet())));
        return Optional.of(new AskedCitation(text, form));
    }

    /** Left, top, right and bottom of the cells of the answer, in thousandths of the picture. */
    private static String box(List<Question.Pointer> answer, PageSize size) {
        int left = answer.stream()
                .mapToInt(read -> read.cell() % size.columns())
                .min()
                .orElseThrow();
        int right = answer.stream()
                        .mapToInt(read -> read.cell() % size.columns())
                        .max()
                        .orElseThrow()
                + 1;
        int top = answer.stream()
                .mapToInt(read -> Math.floorDiv(read.cell(), size.columns()))
                .min()
                .orElseThrow();
        int bottom = answer.stream()
                        .mapToInt(read -> Math.floorDiv(read.cell(), size.columns()))
                        .max()
                        .orElseThrow()
                + 1;
        return List.of(
                        share(left, size.columns()),
                        share(top, size.rows()),
                        share(right, size.columns()),
                        share(bottom, size.rows()))
                .toString()
                .replace(" ", "");
    }

    private static int share(int cells, int all) {
        return cells * THOUSAND / all / STEP * STEP;
    }

    /** All that is written in some cells, line by line, a blank before each word that begins a cell; nothing if some of it cannot be told. */
    private static List<Question.Pointer> quote(CellLabels labels, BitSet cells) {
        List<Question.Pointer> quote = new ArrayList<>();
        for (int cell = cells.nextSetBit(0); cell >= 0; cell = cells.nextSetBit(cell + 1)) {
            int first = labels.firstIndex()[cell];
            int before = quote.size();
            for (int slot = 0; slot < CellLabels.SLOTS; slot++) {
                int character = labels.characters()[cell * CellLabels.SLOTS + slot];
                if (character > 0) {
                    if (first == 0 && quote.size() == before && !quote.isEmpty()) {
                        quote.add(new Question.Pointer(' ', AskedQuestion.NOT_READ));
                    }
                    quote.add(new Question.Pointer(Vocabulary.DRAWN.charAt(character - 1), cell));
                }
            }
            if (first != CellLabels.NONE && quote.size() == before) {
                return List.of();
            }
        }
        return quote;
    }
}
