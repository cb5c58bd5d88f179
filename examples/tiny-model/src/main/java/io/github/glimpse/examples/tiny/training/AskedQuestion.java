package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A question as rows of the decoder: the end of the picture, what was said before, the question, the opening of the answer, the answer.
 *
 * @param kind what is asked
 * @param ids of all rows
 * @param promptLength rows before the answer; the last of them says its first token
 * @param answer what must be said, with the mark that ends it
 * @param evidence cells to look at
 * @param regions of them those that bear on each row of the answer; none if all bear on all rows
 * @param pointers cell of each token of the answer, {@link #NOT_READ} for those that are not read; none if no token is
 * @param kept cells that are left behind the cut
 */
record AskedQuestion(
        QuestionKind kind,
        int[] ids,
        int promptLength,
        int[] answer,
        BitSet evidence,
        List<BitSet> regions,
        int[] pointers,
        BitSet kept) {

    /** In place of a cell, for a token that stands in none. */
    static final int NOT_READ = -1;

    /** What stands before the picture where no system message does. */
    static final int[] FRONT = {Vocabulary.id("<|im_start|>"), Vocabulary.id("user"), Vocabulary.id("<|vision_start|>")
    };

    private static final int PICTURE_END = Vocabulary.id("<|vision_end|>");
    private static final int END = Vocabulary.id("<|im_end|>");
    private static final int[] OPENING = {END, Vocabulary.id("<|im_start|>"), Vocabulary.id("assistant")};
    private static final int[] NEXT = {END, Vocabulary.id("<|im_start|>"), Vocabulary.id("user")};
    private static final double BLINDED = 0.2;
    private static final int STRAY_CELLS = 10;
    // What a module keeps in vain is no chance, it is other lines' values. Whoever is asked for a line that is
    // not there must have learned to leave it alone.
    private static final double MISLED = 0.8;
    private static final int MISLEADING_LINES = 3;
    private static final double MISSING = 0.4;
    private static final double DISTRACTED = 0.2;

    /** What is left behind the cut. */
    enum Cut {
        /**
         * The evidence, some cells by chance, and at times another question's evidence. Now and then the evidence is missing: then the
         * answer is the refusal.
         */
        TRAINED,
        /** The evidence alone. */
        EVIDENCE,
        /** Some cells beside the evidence, though the answer is still asked for: who is right knew it before the cut. */
        STRAYS
    }

    /**
     * Makes the rows; chance decides what a trained cut leaves.
     *
     * @param mayBlind whether a trained cut may lose the evidence
     */
    static AskedQuestion of(Drawing drawing, Question question, Cut cut, boolean mayBlind, Random random) {
        return of(drawing, question, List.of(), cut, mayBlind, random);
    }

    /**
     * Makes the rows of a question that is not a chat's first.
     *
     * @param before what was asked about the picture before, and answered
     * @param mayBlind whether a trained cut may lose the evidence
     */
    static AskedQuestion of(
            Drawing drawing, Question question, List<Question> before, Cut cut, boolean mayBlind, Random random) {
        BitSet evidence = drawing.evidenceCells(question);
        boolean blind = cut == Cut.TRAINED && mayBlind && !evidence.isEmpty() && random.nextDouble() < BLINDED;
        boolean lost = blind || cut == Cut.STRAYS;
        int[] said = blind ? new int[] {Vocabulary.id(Vocabulary.REFUSAL)} : Vocabulary.answer(question);
        int[] pointers = lost
                ? new int[0]
                : question.pointers().stream().mapToInt(Question.Pointer::cell).toArray();
        BitSet kept = kept(drawing, cut, evidence, pointers, lost, random);
        if (cut == Cut.TRAINED && !lost && compares(question.kind())) {
            drawing.questions().stream()
                    .filter(other -> other.kind() == QuestionKind.BAR)
                    .forEach(bar -> kept.or(drawing.evidenceCells(bar)));
        }
        return rows(question, before, said, evidence, pointers, kept);
    }

    /** Whether all bars are compared. A module keeps all of their letters then; whoever met only the right one behind the cut need not have compared. */
    private static boolean compares(QuestionKind kind) {
        return kind == QuestionKind.HIGHEST || kind == QuestionKind.LOWEST;
    }

    /**
     * The cells that a cut leaves.
     *
     * @param pointers cells that the answer reads; none if it looks at all evidence alike
     * @param lost whether the evidence is missing
     */
    static BitSet kept(Drawing drawing, Cut cut, BitSet evidence, int[] pointers, boolean lost, Random random) {
        BitSet kept = strays(drawing.request().size().cellCount(), cut, evidence, random);
        if (cut == Cut.TRAINED) {
            boolean nothing = evidence.isEmpty() || lost;
            int others = random.nextDouble() < (nothing ? MISLED : DISTRACTED)
                    ? 1 + random.nextInt(nothing ? MISLEADING_LINES : 1)
                    : 0;
            for (int i = 0; i < others; i++) {
                kept.or(drawing.evidenceCells(drawing.questions()
                        .get(random.nextInt(drawing.questions().size()))));
            }
        }
        if (lost) {
            kept.andNot(evidence);
        } else {
            kept.or(cut == Cut.TRAINED && pointers.length > 0 ? ragged(evidence, pointers, random) : evidence);
        }
        if (kept.isEmpty()) {
            kept.set(evidence.nextClearBit(0));
        }
        return kept;
    }

    /** Evidence as a module leaves it: what is read is there, of names and borders a part may be missing. */
    private static BitSet ragged(BitSet evidence, int[] pointers, Random random) {
        BitSet left = new BitSet();
        double missing = MISSING * random.nextDouble();
        evidence.stream().filter(cell -> random.nextDouble() >= missing).forEach(left::set);
        Arrays.stream(pointers).filter(cell -> cell != NOT_READ).forEach(left::set);
        return left;
    }

    private static BitSet strays(int cells, Cut cut, BitSet evidence, Random random) {
        BitSet strays = new BitSet(cells);
        int count =
                switch (cut) {
                    case TRAINED -> 1 + random.nextInt(STRAY_CELLS);
                    case EVIDENCE -> evidence.isEmpty() ? 1 : 0;
                    case STRAYS -> Math.max(1, evidence.cardinality());
                };
        for (int i = 0; i < count; i++) {
            strays.set(random.nextInt(cells));
        }
        return strays;
    }

    static AskedQuestion rows(
            Question question, List<Question> before, int[] said, BitSet evidence, int[] pointers, BitSet kept) {
        IntStream.Builder prompt = IntStream.builder();
        prompt.add(PICTURE_END);
        addAnswered(prompt, before);
        return rows(question.kind(), question.text(), prompt, said, evidence, List.of(), pointers, kept);
    }

    /** Makes the rows of a question whose answer has a form. */
    static AskedQuestion ofForm(AskedForm form, String text, Drawing drawing, Cut cut, Random random) {
        BitSet evidence = form.evidence();
        return rows(
                QuestionKind.DOC,
                text,
                IntStream.builder().add(PICTURE_END),
                form.ids(),
                evidence,
                form.regions(),
                form.pointers(),
                kept(drawing, cut, evidence, form.pointers(), cut == Cut.STRAYS, random));
    }

    /** Makes the rows of a question about what is too small to be read, whose answer is the call of a tool or that it is so. */
    static AskedQuestion ofSmall(Drawing drawing, Question question, int[] said, Cut cut, Random random) {
        BitSet evidence = drawing.evidenceCells(question);
        return rows(
                question.kind(),
                question.text(),
                IntStream.builder().add(PICTURE_END),
                said,
                evidence,
                List.of(),
                new int[0],
                kept(drawing, cut, evidence, new int[0], cut == Cut.STRAYS, random));
    }

    /**
     * What stands before a picture that is not the first: what was asked of another one, and answered. Of what a tool shows that is the page,
     * and the answer the call.
     *
     * @param first before the other picture
     * @param other whose cells are seen
     * @param before at least one question about it
     */
    static Front behind(int[] first, Front.Earlier other, List<Question> before) {
        IntStream.Builder front = IntStream.builder();
        add(front, first);
        other.marks().forEach(front::add);
        add(front, PICTURE_END);
        addAnswered(front, before);
        add(front, Vocabulary.id("<|vision_start|>"));
        return new Front(front.build().toArray(), other);
    }

    private static AskedQuestion rows(
            QuestionKind kind,
            String text,
            IntStream.Builder prompt,
            int[] said,
            BitSet evidence,
            List<BitSet> regions,
            int[] pointers,
            BitSet kept) {
        add(prompt, Vocabulary.question(text));
        add(prompt, OPENING);
        int[] asked = prompt.build().toArray();
        int promptLength = asked.length;
        int[] ids = Arrays.copyOf(asked, promptLength + said.length);
        System.arraycopy(said, 0, ids, promptLength, said.length);
        int[] answer = Arrays.copyOf(said, said.length + 1);
        answer[said.length] = END;
        return new AskedQuestion(kind, ids, promptLength, answer, evidence, regions, pointers, kept);
    }

    private static void addAnswered(IntStream.Builder rows, List<Question> before) {
        for (Question earlier : before) {
            add(rows, Vocabulary.question(earlier.text()));
            add(rows, OPENING);
            // A chat's history is text: its tokens are not those that the model said.
            add(rows, Vocabulary.question(earlier.answer()));
            add(rows, NEXT);
        }
    }

    private static void add(IntStream.Builder rows, int... ids) {
        Arrays.stream(ids).forEach(rows::add);
    }

    /** What stands before the picture, with a system message. */
    static int[] front(String system) {
        IntStream.Builder front = IntStream.builder();
        add(front, Vocabulary.id("<|im_start|>"), Vocabulary.id("system"));
        add(front, Vocabulary.question(system));
        add(front, END);
        add(front, FRONT);
        return front.build().toArray();
    }

    /** Cells that a row of the answer looks at behind the cut: of its next character, or all evidence for one word. */
    BitSet cellsOf(int row) {
        BitSet cells = new BitSet();
        if (row < pointers.length) {
            if (pointers[row] != NOT_READ) {
                cells.set(pointers[row]);
            }
        } else if (pointers.length == 0 && row == 0) {
            cells.or(evidence);
        }
        return cells;
    }

    /** Cells that bear on a row of the answer. */
    BitSet evidenceOf(int row) {
        if (regions.isEmpty()) {
            return evidence;
        }
        return row < regions.size() ? regions.get(row) : new BitSet();
    }

    /** Whether the whole answer was said. */
    boolean isRight(List<Integer> spoken) {
        for (int i = 0; i < answer.length; i++) {
            if (spoken.get(i) != answer[i]) {
                return false;
            }
        }
        return true;
    }
}
