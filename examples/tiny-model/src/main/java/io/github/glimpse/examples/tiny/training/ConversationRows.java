package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.pages.Conversation;
import io.github.glimpse.examples.tiny.pages.Conversation.Role;
import io.github.glimpse.examples.tiny.pages.Conversation.Said;
import io.github.glimpse.examples.tiny.pages.Conversation.Turn;
import io.github.glimpse.examples.tiny.pages.DrawnPage;
import io.github.glimpse.examples.tiny.pages.Fact;
import io.github.glimpse.examples.tiny.pages.Phrasebook;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A conversation as rows of the decoder, in the chat form of Qwen2.5-VL: words, and the cells of its pages where they are shown. Several
 * conversations with the same beginning share it: each goes on in a branch of its own, which sees the beginning and itself. Not safe for
 * concurrent use.
 */
final class ConversationRows {

    /** A row: a word, or a cell of a page. */
    record Row(int word, int page, int cell, int time, int down, int across, int branch) {

        boolean isCell() {
            return word < 0;
        }
    }

    /**
     * What must be said in one turn.
     *
     * @param form of its conversation
     * @param branch where it stands, 0 for the common beginning
     * @param firstRow the row that says the first word
     * @param words with the mark that ends it
     * @param read rows of cells that each word is read from; null where it is not read
     * @param evidence rows of the cells that bear on each word
     * @param named rows of the words that name, for each word, where it is to be found
     */
    record Answer(
            Conversation.Form form,
            int branch,
            int firstRow,
            int[] words,
            List<@Nullable Integer> read,
            List<BitSet> evidence,
            List<BitSet> named) {

        /** All cells that bear on it. */
        BitSet allEvidence() {
            BitSet all = new BitSet();
            evidence.forEach(all::or);
            return all;
        }

        /** Whether it is one answer to one question, which is refused where its evidence is lost. */
        boolean isPlain() {
            return form == Conversation.Form.QUESTION
                    || form == Conversation.Form.DRAWING
                    || form == Conversation.Form.LATER_TURN
                    || form == Conversation.Form.TWO_PAGES;
        }
    }

    private static final int START = Pieces.id("<|im_start|>");
    private static final int END = Pieces.id("<|im_end|>");
    private static final int PICTURE = Pieces.id("<|vision_start|>");
    private static final int PICTURE_END = Pieces.id("<|vision_end|>");

    private final List<DrawnPage> pages;
    private final Predicate<String> unknown;
    private final List<Row> rows = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private final Map<Integer, Integer> firstCells = new HashMap<>();
    private int next;
    private int branch;

    private ConversationRows(List<DrawnPage> pages, Predicate<String> unknown) {
        this.pages = pages;
        this.unknown = unknown;
    }

    /**
     * The rows of one conversation.
     *
     * @param lastOnly whether only the last answer is asked for, and the earlier ones stand there as a chat's history gives them
     * @param unknown words that are spelled as if they were no pieces ({@link SpelledWords})
     */
    static ConversationRows of(Conversation conversation, boolean lastOnly, Predicate<String> unknown) {
        ConversationRows made = new ConversationRows(conversation.pages(), unknown);
        List<Turn> turns = conversation.turns();
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            if (turn.role() != Role.ASSISTANT) {
                made.open(turn.role());
                made.add(made.pieces(turn.front()));
                turn.pages().forEach(made::show);
                made.add(made.pieces(turn.text()));
                made.close();
            } else if (lastOnly && i < turns.size() - 1) {
                made.open(Role.ASSISTANT);
                made.add(made.pieces(turn.text()));
                made.close();
            } else {
                made.answer(conversation.form(), turn.said());
            }
        }
        return made;
    }

    /** Single questions about the same page: all but the questions is common. */
    static ConversationRows ofQuestions(List<Conversation> questions, Predicate<String> unknown) {
        Conversation first = questions.get(0);
        ConversationRows made = new ConversationRows(first.pages(), unknown);
        for (Turn turn : first.turns()) {
            if (turn.role() == Role.SYSTEM) {
                made.open(Role.SYSTEM);
                made.add(made.pieces(turn.text()));
                made.close();
            }
        }
        made.open(Role.USER);
        made.show(0);
        int begin = made.next;
        for (Conversation question : questions) {
            List<Turn> turns = question.turns();
            made.next = begin;
            made.branch++;
            made.add(made.pieces(turns.get(turns.size() - 2).text()));
            made.close();
            made.answer(question.form(), turns.get(turns.size() - 1).said());
        }
        return made;
    }

    List<Row> rows() {
        return rows;
    }

    List<Answer> answers() {
        return answers;
    }

    List<DrawnPage> pages() {
        return pages;
    }

    private void open(Role role) {
        add(START);
        add(Pieces.of(role.name().toLowerCase(Locale.ROOT)));
        add(Pieces.of("\n"));
    }

    private void close() {
        add(END);
        add(Pieces.of("\n"));
    }

    private void add(int... words) {
        for (int word : words) {
            rows.add(new Row(word, -1, -1, next, next, next, branch));
            next++;
        }
    }

    private void show(int page) {
        PageSize size = pages.get(page).request().size();
        add(PICTURE);
        firstCells.put(page, rows.size());
        for (int cell = 0; cell < size.cellCount(); cell++) {
            rows.add(new Row(-1, page, cell, next, next + cell / size.columns(), next + cell % size.columns(), branch));
        }
        next += Math.max(size.rows(), size.columns());
        add(PICTURE_END);
    }

    private void answer(Conversation.Form form, List<Said> said) {
        open(Role.ASSISTANT);
        int first = rows.size() - 1;
        List<@Nullable Integer> read = new ArrayList<>();
        List<BitSet> evidence = new ArrayList<>();
        List<BitSet> named = new ArrayList<>();
        for (Said part : said) {
            int[] words = words(part);
            BitSet names =
                    part.source() == null ? new BitSet() : named(part.source().fact());
            add(words);
            BitSet seen = evidence(part);
            int[] cells = cells(part, words.length);
            for (int i = 0; i < words.length; i++) {
                evidence.add(seen);
                named.add(names);
                read.add(cells.length == 0 || cells[i] < 0 ? null : cells[i]);
            }
        }
        evidence.add(new BitSet());
        named.add(new BitSet());
        read.add(null);
        int[] target = new int[rows.size() - first];
        for (int i = 0; i < target.length - 1; i++) {
            target[i] = rows.get(first + 1 + i).word();
        }
        target[target.length - 1] = END;
        close();
        answers.add(new Answer(form, branch, first, target, read, evidence, named));
    }

    private int[] pieces(String text) {
        return Pieces.of(text, unknown);
    }

    private int[] words(Said said) {
        if (said.text().equals(Phrasebook.ABSENT) || said.text().equals(Phrasebook.UNREADABLE)) {
            return new int[] {Pieces.id(said.text())};
        }
        return said.read() ? Pieces.spelled(said.text()) : pieces(said.text());
    }

    /** Rows where the words that a question is about were said last: by the user or, as the name of a field, just before. */
    private BitSet named(Fact fact) {
        StringBuilder text = new StringBuilder();
        List<Integer> rowsOfText = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            Row one = rows.get(row);
            if (!one.isCell() && (one.branch() == 0 || one.branch() == branch)) {
                String piece = Pieces.list().get(one.word());
                text.append(piece);
                rowsOfText.addAll(Collections.nCopies(piece.length(), row));
            }
        }
        String said = text.toString().toLowerCase(Locale.ROOT);
        BitSet named = new BitSet();
        for (String kind : fact.kind().places()) {
            String place = Objects.requireNonNull(fact.places().get(kind)).toLowerCase(Locale.ROOT);
            int at = Math.max(said.lastIndexOf(place), said.lastIndexOf(place.replace(' ', '_')));
            for (int i = at; at >= 0 && i < at + place.length(); i++) {
                named.set(rowsOfText.get(i));
            }
        }
        return named;
    }

    private BitSet evidence(Said said) {
        BitSet seen = new BitSet();
        if (said.source() != null) {
            int first = firstCell(said.source().page());
            pages.get(said.source().page()).evidenceCells(said.source().fact()).stream()
                    .forEach(cell -> seen.set(first + cell));
        }
        return seen;
    }

    /** Rows of the cells that the characters stand in; nothing where the text is not the answer as it stands on the page. */
    private int[] cells(Said said, int words) {
        if (said.source() == null || !said.read()) {
            return new int[0];
        }
        Fact fact = said.source().fact();
        int[] cells = pages.get(said.source().page()).answerCells(fact);
        if (cells.length != words || !said.text().equalsIgnoreCase(fact.answer())) {
            return new int[0];
        }
        int first = firstCell(said.source().page());
        return Arrays.stream(cells).map(cell -> cell < 0 ? cell : first + cell).toArray();
    }

    private int firstCell(int page) {
        Integer first = firstCells.get(page);
        if (first == null) {
            throw new IllegalStateException("Page " + page + " is asked about before it is shown");
        }
        return first;
    }
}
