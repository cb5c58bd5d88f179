package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.examples.tiny.pages.DrawnPage;
import io.github.glimpse.examples.tiny.pages.Phrasebook;
import io.github.glimpse.examples.tiny.training.ConversationRows.Answer;
import io.github.glimpse.examples.tiny.training.ConversationRows.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Conversations as the tensors of the text {@code converse}. Without a cut each is one sequence; behind a cut each answer is one, with the
 * words before it and the cells that are kept.
 *
 * @param samples rows of the conversations
 * @param asked all answers, in the order of the samples
 * @param isCut whether only kept cells go on behind the cut
 */
record ConversationBatch(List<ConversationRows> samples, List<Asked> asked, boolean isCut) implements Questions {

    private static final float HIDDEN = -1e9f;
    private static final int NO_TARGET = -100;
    private static final int REFUSAL = Pieces.id(Phrasebook.ABSENT);
    private static final int END = Pieces.id("<|im_end|>");
    private static final double BLINDED = 0.2;
    private static final double DISTRACTED = 0.3;
    private static final int STRAY_CELLS = 10;

    /** What is left behind a cut. */
    enum Cut {
        /** Everything: there is none. */
        NONE,
        /** The evidence, some cells by chance, at times another answer's evidence; now and then not the evidence, which is then refused. */
        TRAINED,
        /** The evidence alone. */
        EVIDENCE,
        /** Some cells beside the evidence, though the answer is still asked for. */
        STRAYS
    }

    /**
     * An answer that is asked for.
     *
     * @param sample number of its conversation
     * @param answer as the page gives it
     * @param words to be said, with the mark that ends them; a refusal where the evidence was lost
     * @param kept rows of cells that are left behind a cut
     */
    record Asked(int sample, Answer answer, int[] words, BitSet kept) {

        boolean isBlind() {
            return words.length != answer.words().length || words[0] != answer.words()[0];
        }

        int lastRow() {
            return answer.firstRow() + words.length - 1;
        }
    }

    static ConversationBatch of(List<ConversationRows> samples, Cut cut, Random random) {
        List<Asked> asked = new ArrayList<>();
        for (int sample = 0; sample < samples.size(); sample++) {
            ConversationRows rows = samples.get(sample);
            for (Answer answer : rows.answers()) {
                asked.add(ask(sample, rows, answer, cut, random));
            }
        }
        return new ConversationBatch(samples, asked, cut != Cut.NONE);
    }

    private static Asked ask(int sample, ConversationRows rows, Answer answer, Cut cut, Random random) {
        int[] cells = IntStream.range(0, answer.firstRow())
                .filter(row -> rows.rows().get(row).isCell())
                .toArray();
        BitSet evidence = answer.allEvidence();
        boolean blind = cut == Cut.TRAINED && answer.isPlain() && !evidence.isEmpty() && random.nextDouble() < BLINDED;
        BitSet kept = new BitSet();
        int strays =
                switch (cut) {
                    case NONE -> cells.length;
                    case TRAINED -> 1 + random.nextInt(STRAY_CELLS);
                    case EVIDENCE -> evidence.isEmpty() ? 1 : 0;
                    case STRAYS -> Math.max(1, evidence.cardinality());
                };
        for (int i = 0; i < strays; i++) {
            kept.set(cut == Cut.NONE ? cells[i] : cells[random.nextInt(cells.length)]);
        }
        if (cut == Cut.TRAINED && random.nextDouble() < DISTRACTED) {
            List<Answer> others = rows.answers();
            kept.or(others.get(random.nextInt(others.size())).allEvidence());
        }
        if (blind || cut == Cut.STRAYS) {
            kept.andNot(evidence);
        } else {
            kept.or(evidence);
        }
        if (kept.isEmpty()) {
            kept.set(Arrays.stream(cells)
                    .filter(cell -> !evidence.get(cell))
                    .findFirst()
                    .orElse(cells[0]));
        }
        return new Asked(sample, answer, blind ? new int[] {REFUSAL, END} : answer.words(), kept);
    }

    @Override
    public List<String> kinds() {
        return asked.stream().map(one -> one.answer().form().label()).toList();
    }

    @Override
    public List<Boolean> right(long[] said) {
        List<Boolean> right = new ArrayList<>();
        int[] places = placesOfAnswers();
        for (int i = 0; i < asked.size(); i++) {
            boolean all = true;
            for (int word = 0; word < asked.get(i).words().length; word++) {
                all &= said[places[i] + word] == asked.get(i).words()[word];
            }
            right.add(all);
        }
        return right;
    }

    @Override
    public List<NDArray> tensors(TensorScope scope) {
        List<NDArray> tensors = new ArrayList<>();
        List<Sequence> whole = new ArrayList<>();
        for (int sample = 0; sample < samples.size(); sample++) {
            int rows = samples.get(sample).rows().size();
            whole.add(new Sequence(sample, IntStream.range(0, rows).toArray(), answersOf(sample)));
        }
        Arrangement first = new Arrangement(whole);
        addSource(tensors, scope, first);
        tensors.add(scope.floats(mask(first), first.groups(), first.rows(), first.rows()));
        addAttention(tensors, scope, first, true);
        Arrangement last = isCut ? new Arrangement(behindTheCut()) : first;
        addAttention(tensors, scope, last, false);
        if (isCut) {
            int[] places = new int[last.groups() * last.rows()];
            for (int group = 0; group < last.groups(); group++) {
                Sequence sequence = last.sequences().get(group);
                for (int i = 0; i < last.rows(); i++) {
                    int row = sequence.rows()[Math.min(i, sequence.rows().length - 1)];
                    places[group * last.rows() + i] = sequence.sample() * first.rows() + row;
                }
            }
            tensors.add(scope.indices(places));
            tensors.add(scope.floats(mask(last), last.groups(), last.rows(), last.rows()));
        } else {
            tensors.add(scope.longs(new long[0], 0));
            tensors.add(scope.longs(new long[0], 0));
        }
        addNames(tensors, scope, first);
        return tensors;
    }

    /** All pages, in the order of the samples. */
    List<DrawnPage> pages() {
        return samples.stream().flatMap(sample -> sample.pages().stream()).toList();
    }

    /** Some rows of a sample, with the answers that are asked for in them. */
    private record Sequence(int sample, int[] rows, List<Integer> answers) {}

    /** Sequences side by side, padded to the longest. */
    private record Arrangement(List<Sequence> sequences) {

        int groups() {
            return sequences.size();
        }

        int rows() {
            return sequences.stream().mapToInt(one -> one.rows().length).max().orElseThrow();
        }
    }

    private List<Integer> answersOf(int sample) {
        return IntStream.range(0, asked.size())
                .filter(i -> asked.get(i).sample() == sample)
                .boxed()
                .toList();
    }

    private List<Sequence> behindTheCut() {
        List<Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            Asked one = asked.get(i);
            List<Row> rows = samples.get(one.sample()).rows();
            int[] left = IntStream.rangeClosed(0, one.lastRow())
                    .filter(row -> rows.get(row).branch() == 0
                            || rows.get(row).branch() == one.answer().branch())
                    .filter(row -> !rows.get(row).isCell() || one.kept().get(row))
                    .toArray();
            sequences.add(new Sequence(one.sample(), left, List.of(i)));
        }
        return sequences;
    }

    private void addSource(List<NDArray> tensors, TensorScope scope, Arrangement first) {
        int rows = first.rows();
        int[] source = new int[first.groups() * rows];
        int words = samples.stream()
                .mapToInt(sample -> (int)
                        sample.rows().stream().filter(row -> !row.isCell()).count())
                .sum();
        int[] ids = new int[words];
        float[] cosine = new float[source.length * TinyShape.HEAD_DIM];
        float[] sine = new float[cosine.length];
        int word = 0;
        int cellsBefore = words;
        for (int sample = 0; sample < samples.size(); sample++) {
            ConversationRows conversation = samples.get(sample);
            int[] firstOfPage = new int[conversation.pages().size()];
            for (int page = 0; page < firstOfPage.length; page++) {
                firstOfPage[page] = cellsBefore;
                cellsBefore += conversation.pages().get(page).request().size().cellCount();
            }
            for (int i = 0; i < conversation.rows().size(); i++) {
                Row row = conversation.rows().get(i);
                int at = sample * rows + i;
                if (row.isCell()) {
                    source[at] = firstOfPage[row.page()] + row.cell();
                } else {
                    ids[word] = wordOf(sample, i, row.word());
                    source[at] = word++;
                }
                DecoderPositions.fillRow(at, row.time(), row.down(), row.across(), TinyShape.FAST_THETA, cosine, sine);
            }
        }
        tensors.add(scope.indices(ids));
        tensors.add(scope.indices(source));
        tensors.add(scope.floats(cosine, source.length, TinyShape.HEAD_DIM));
        tensors.add(scope.floats(sine, source.length, TinyShape.HEAD_DIM));
    }

    /** The word of a row: the refusal's where an answer lost its evidence. */
    private int wordOf(int sample, int row, int word) {
        for (Asked one : asked) {
            if (one.sample() == sample && one.isBlind() && row == one.answer().firstRow() + 1) {
                return REFUSAL;
            }
        }
        return word;
    }

    /** Each row sees the beginning and its own branch up to itself; the words of an answer see of the cells only what is kept. */
    private float[] mask(Arrangement arrangement) {
        int length = arrangement.rows();
        float[] mask = new float[arrangement.groups() * length * length];
        Arrays.fill(mask, HIDDEN);
        for (int group = 0; group < arrangement.groups(); group++) {
            Sequence sequence = arrangement.sequences().get(group);
            List<Row> rows = samples.get(sequence.sample()).rows();
            for (int i = 0; i < length; i++) {
                int at = (group * length + i) * length;
                mask[at + i] = 0;
                if (i < sequence.rows().length) {
                    int row = sequence.rows()[i];
                    BitSet kept = keptFor(sequence, row);
                    for (int j = 0; j < i; j++) {
                        Row other = rows.get(sequence.rows()[j]);
                        boolean sees = other.branch() == 0
                                || other.branch() == rows.get(row).branch();
                        boolean there = kept == null || !other.isCell() || kept.get(sequence.rows()[j]);
                        mask[at + j] = sees && there ? 0 : HIDDEN;
                    }
                }
            }
        }
        return mask;
    }

    private @Nullable BitSet keptFor(Sequence sequence, int row) {
        if (isCut) {
            for (int number : sequence.answers()) {
                Asked one = asked.get(number);
                if (row > one.answer().firstRow() && row <= one.lastRow()) {
                    return one.kept();
                }
            }
        }
        return null;
    }

    private int askedRows(Arrangement arrangement) {
        return arrangement.sequences().stream()
                .mapToInt(sequence -> sequence.answers().stream()
                        .mapToInt(number -> asked.get(number).words().length)
                        .sum())
                .max()
                .orElseThrow();
    }

    /** Where the words of each answer begin among all asked rows of the last arrangement. */
    private int[] placesOfAnswers() {
        int[] places = new int[asked.size()];
        int each = isCut
                ? asked.stream().mapToInt(one -> one.words().length).max().orElseThrow()
                : IntStream.range(0, samples.size())
                        .map(sample -> answersOf(sample).stream()
                                .mapToInt(number -> asked.get(number).words().length)
                                .sum())
                        .max()
                        .orElseThrow();
        int sample = -1;
        int next = 0;
        for (int i = 0; i < places.length; i++) {
            if (isCut) {
                places[i] = i * each;
            } else {
                if (asked.get(i).sample() != sample) {
                    sample = asked.get(i).sample();
                    next = sample * each;
                }
                places[i] = next;
                next += asked.get(i).words().length;
            }
        }
        return places;
    }

    /** Asked rows, behind the cut with their targets, and what they are to attend to: the evidence first, later the next character. */
    private void addAttention(List<NDArray> tensors, TensorScope scope, Arrangement arrangement, boolean region) {
        int chosen = askedRows(arrangement);
        int length = arrangement.rows();
        int groups = arrangement.groups();
        int[] rows = new int[groups * chosen];
        long[] targets = new long[rows.length];
        Arrays.fill(targets, NO_TARGET);
        float[] sight = new float[rows.length * length];
        float[] wanted = new float[sight.length];
        Arrays.fill(sight, HIDDEN);
        Arrays.fill(wanted, HIDDEN);
        float[] weights = new float[rows.length];
        for (int group = 0; group < groups; group++) {
            Sequence sequence = arrangement.sequences().get(group);
            int at = group * chosen;
            for (int number : sequence.answers()) {
                Asked one = asked.get(number);
                for (int word = 0; word < one.words().length; word++, at++) {
                    int row = one.answer().firstRow() + word;
                    int place = Arrays.binarySearch(sequence.rows(), row);
                    rows[at] = group * length + place;
                    targets[at] = one.words()[word];
                    BitSet cells = region ? evidenceOf(one, word) : readBy(one, word);
                    fillAttention(sequence, one, word, cells, sight, wanted, at * length, region);
                    weights[at] = cells.isEmpty() ? 0 : 1;
                }
            }
            while (at < (group + 1) * chosen) {
                rows[at++] = group * length;
            }
        }
        tensors.add(scope.indices(rows));
        if (!region) {
            tensors.add(scope.longs(targets, targets.length));
        }
        tensors.add(scope.floats(sight, groups, chosen, length));
        tensors.add(scope.floats(wanted, groups, chosen, length));
        tensors.add(scope.floats(weights, groups, chosen));
    }

    /** For each asked row of whole sequences what it sees of the words before it, and which of them name where its answer is to be found. */
    private void addNames(List<NDArray> tensors, TensorScope scope, Arrangement first) {
        int chosen = askedRows(first);
        int length = first.rows();
        float[] sight = new float[first.groups() * chosen * length];
        float[] wanted = new float[sight.length];
        Arrays.fill(sight, HIDDEN);
        Arrays.fill(wanted, HIDDEN);
        float[] weights = new float[first.groups() * chosen];
        for (int group = 0; group < first.groups(); group++) {
            int at = group * chosen;
            List<Row> rows = samples.get(group).rows();
            for (int number : first.sequences().get(group).answers()) {
                Answer answer = asked.get(number).answer();
                for (int word = 0; word < asked.get(number).words().length; word++, at++) {
                    BitSet named = answer.named().get(word);
                    for (int row = 0; row <= answer.firstRow() + word; row++) {
                        int branch = rows.get(row).branch();
                        if (!rows.get(row).isCell() && (branch == 0 || branch == answer.branch())) {
                            sight[at * length + row] = 0;
                            wanted[at * length + row] = named.get(row) ? 0 : HIDDEN;
                        }
                    }
                    weights[at] = named.isEmpty() ? 0 : 1;
                }
            }
        }
        tensors.add(scope.floats(sight, first.groups(), chosen, length));
        tensors.add(scope.floats(wanted, first.groups(), chosen, length));
        tensors.add(scope.floats(weights, first.groups(), chosen));
    }

    private void fillAttention(
            Sequence sequence,
            Asked one,
            int word,
            BitSet cells,
            float[] sight,
            float[] wanted,
            int at,
            boolean region) {
        List<Row> rows = samples.get(one.sample()).rows();
        boolean all = !isCut || (region && word == 0);
        for (int i = 0;
                i < sequence.rows().length && sequence.rows()[i] < one.answer().firstRow();
                i++) {
            int row = sequence.rows()[i];
            if (rows.get(row).isCell() && (all || one.kept().get(row))) {
                sight[at + i] = 0;
                wanted[at + i] = cells.get(row) ? 0 : HIDDEN;
            }
        }
    }

    private BitSet evidenceOf(Asked one, int word) {
        BitSet evidence = new BitSet();
        if (word == 0 || !one.isBlind()) {
            evidence.or(one.answer().evidence().get(word));
            if (isCut && word > 0) {
                evidence.and(one.kept());
            }
        }
        return evidence;
    }

    /** The cell of the next character; for an answer that is not read, any of the evidence, by its first word. */
    private BitSet readBy(Asked one, int word) {
        BitSet cells = new BitSet();
        if (one.isBlind()) {
            return cells;
        }
        Integer read = one.answer().read().get(word);
        if (read != null) {
            cells.set(read);
        } else if (word == 0 && one.answer().read().stream().noneMatch(Objects::nonNull)) {
            cells.or(one.answer().evidence().get(0));
        }
        if (isCut) {
            cells.and(one.kept());
        }
        return cells;
    }
}
