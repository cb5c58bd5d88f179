package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Several questions about each of some pictures of one size, as the tensors of the text {@code reading}. A picture's rows are
 * its front, with the cells of an earlier picture where there is one, its cells in raster order, then one block of equal length per question; every block starts at the position behind
 * the picture and sees the picture and itself. Before a front that is shorter than another's are rows that nobody sees. Behind a cut each question is a
 * sequence of its own: front, what it keeps, block.
 *
 * @param size of the pages
 * @param fronts what stands before each picture
 * @param questions of each picture; the same number for all
 * @param cut whether the batch is cut
 * @param answerRows rows of each question that say something
 */
record ReadingBatch(PageSize size, List<Front> fronts, List<List<AskedQuestion>> questions, boolean cut, int answerRows)
        implements Questions {

    private static final float HIDDEN = -1e9f;
    private static final int NO_TARGET = -100;

    /** Questions without a system message. */
    static ReadingBatch of(PageSize size, List<List<AskedQuestion>> questions, boolean cut) {
        return of(size, Collections.nCopies(questions.size(), Front.of(AskedQuestion.FRONT)), questions, cut);
    }

    static ReadingBatch of(PageSize size, List<Front> fronts, List<List<AskedQuestion>> questions, boolean cut) {
        int answerRows = questions.stream()
                .flatMap(List::stream)
                .mapToInt(question -> question.answer().length)
                .max()
                .orElseThrow();
        return new ReadingBatch(size, fronts, questions, cut, answerRows);
    }

    int pictures() {
        return questions.size();
    }

    private int perPicture() {
        return questions.get(0).size();
    }

    private List<AskedQuestion> all() {
        return questions.stream().flatMap(List::stream).toList();
    }

    /** Rows before the cells: the longest front. */
    private int frontRows() {
        return fronts.stream().mapToInt(Front::rows).max().orElseThrow();
    }

    /** Rows before a picture's front that stand there for nothing. */
    private int unused(int picture) {
        return frontRows() - fronts.get(picture).rows();
    }

    private int blockRows() {
        return all().stream().mapToInt(question -> question.ids().length).max().orElseThrow();
    }

    private int keptCells() {
        return all().stream()
                .mapToInt(question -> question.kept().cardinality())
                .max()
                .orElseThrow();
    }

    /** Counts for each kind how many were answered, from what the text says was said. */
    @Override
    public List<Boolean> right(long[] spoken) {
        List<Boolean> right = new ArrayList<>();
        List<AskedQuestion> all = all();
        for (int i = 0; i < all.size(); i++) {
            List<Integer> said = new ArrayList<>();
            for (int row = 0; row < answerRows; row++) {
                said.add((int) spoken[i * answerRows + row]);
            }
            right.add(all.get(i).isRight(said));
        }
        return right;
    }

    @Override
    public List<String> kinds() {
        return all().stream().map(question -> question.kind().label()).toList();
    }

    @Override
    public List<NDArray> tensors(TensorScope scope) {
        int block = blockRows();
        int asked = perPicture() * block;
        int cells = size.cellCount();
        int front = frontRows();
        int rows = front + cells + asked;
        List<NDArray> tensors = new ArrayList<>();
        tensors.add(scope.longs(frontIds(), pictures(), front));
        tensors.add(scope.longs(ids(block), pictures(), asked));
        addPositions(tensors, scope, rows, block);
        tensors.add(scope.floats(mask(block, rows), pictures(), asked, rows));
        tensors.add(scope.indices(answerRowsOf(rows, front + cells, block)));
        tensors.add(scope.indices(answerRowsOf(asked, 0, block)));
        tensors.add(scope.longs(targets(), (long) all().size() * answerRows));
        addRegion(tensors, scope);
        int kept = keptCells();
        addPointer(tensors, scope, kept);
        if (cut) {
            addCut(tensors, scope, block, kept, rows);
        } else {
            for (int i = 0; i < 4; i++) {
                tensors.add(scope.longs(new long[0], 0));
            }
        }
        boolean even = fronts.stream().allMatch(other -> other.rows() == front);
        tensors.add(
                even
                        ? scope.floats(new float[0], 0)
                        : scope.floats(pageMask(front + cells), pictures(), front + cells, front + cells));
        tensors.add(scope.indices(hasEarlier() ? frontPlaces() : new int[0]));
        return tensors;
    }

    /** Whether a picture stands behind another, so that each has positions of its own. */
    private boolean hasEarlier() {
        return fronts.stream().anyMatch(front -> front.earlier() != null);
    }

    private void addPositions(List<NDArray> tensors, TensorScope scope, int rows, int block) {
        int tables = hasEarlier() ? pictures() : 1;
        DecoderPositions positions = new DecoderPositions(tables * rows, TinyShape.THETA);
        for (int table = 0; table < tables; table++) {
            if (hasEarlier()) {
                positions.skip(unused(table));
                positions.add(fronts.get(table));
            } else {
                positions.add(Front.of(new int[frontRows()]));
            }
            positions.add(size, perPicture(), block);
        }
        tensors.add(scope.floats(positions.cosine(), tables, rows, TinyShape.HEAD_DIM));
        tensors.add(scope.floats(positions.sine(), tables, rows, TinyShape.HEAD_DIM));
    }

    /** For each row of the fronts its place among their words, behind which all cells stand. */
    private int[] frontPlaces() {
        int front = frontRows();
        int[] places = IntStream.range(0, pictures() * front).toArray();
        for (int picture = 0; picture < pictures(); picture++) {
            Front.Earlier earlier = fronts.get(picture).earlier();
            int first = picture * front + unused(picture) + fronts.get(picture).firstCellRow();
            for (int cell = 0; earlier != null && cell < earlier.size().cellCount(); cell++) {
                places[first + cell] = pictures() * front + earlier.firstCell() + cell;
            }
        }
        return places;
    }

    private long[] frontIds() {
        int front = frontRows();
        long[] ids = new long[pictures() * front];
        for (int picture = 0; picture < pictures(); picture++) {
            int at = picture * front + unused(picture);
            for (int id : fronts.get(picture).ids()) {
                ids[at++] = id;
            }
        }
        return ids;
    }

    /** What each row of front and page sees: those before it and itself, of the unused ones only itself. */
    private float[] pageMask(int rows) {
        float[] mask = new float[pictures() * rows * rows];
        Arrays.fill(mask, HIDDEN);
        for (int picture = 0; picture < pictures(); picture++) {
            for (int row = 0; row < rows; row++) {
                int at = (picture * rows + row) * rows;
                Arrays.fill(mask, at + Math.min(row, unused(picture)), at + row + 1, 0);
            }
        }
        return mask;
    }

    private long[] ids(int block) {
        long[] ids = new long[all().size() * block];
        int at = 0;
        for (AskedQuestion question : all()) {
            for (int i = 0; i < question.ids().length; i++) {
                ids[at + i] = question.ids()[i];
            }
            at += block;
        }
        return ids;
    }

    /** What each row of a question sees: the page, and its own block up to itself; answers see only what was kept. */
    private float[] mask(int block, int rows) {
        float[] mask = new float[all().size() * block * rows];
        Arrays.fill(mask, HIDDEN);
        int cells = size.cellCount();
        int front = frontRows();
        List<AskedQuestion> all = all();
        for (int i = 0; i < all.size(); i++) {
            AskedQuestion question = all.get(i);
            int own = front + cells + i % perPicture() * block;
            int unused = unused(i / perPicture());
            int[] cutRows = fronts.get(i / perPicture()).cutRows();
            for (int row = 0; row < block; row++) {
                int at = (i * block + row) * rows;
                Arrays.fill(mask, at + unused, at + front, 0);
                if (cut && row >= question.promptLength()) {
                    hide(cutRows, unused, mask, at);
                    question.kept().stream().forEach(cell -> mask[at + front + cell] = 0);
                } else {
                    Arrays.fill(mask, at + front, at + front + cells, 0);
                }
                Arrays.fill(mask, at + own, at + own + row + 1, 0);
            }
        }
        return mask;
    }

    /** Hides what a cut takes of an earlier picture, in the row of a mask that begins at a place. */
    private static void hide(int[] cutRows, int unused, float[] mask, int at) {
        for (int row : cutRows) {
            mask[at + unused + row] = HIDDEN;
        }
    }

    /** Answer rows of all questions, where a picture has so many rows and its questions start at {@code start}. */
    private int[] answerRowsOf(int rowsOfPicture, int start, int block) {
        int[] places = new int[all().size() * answerRows];
        for (int i = 0; i < all().size(); i++) {
            int picture = i / perPicture();
            int first = picture * rowsOfPicture + start + i % perPicture() * block;
            fillAnswerRows(places, i, first, block);
        }
        return places;
    }

    private void fillAnswerRows(int[] places, int question, int first, int block) {
        int prompt = all().get(question).promptLength();
        for (int row = 0; row < answerRows; row++) {
            // Rows past the answer have no target; any place will do.
            places[question * answerRows + row] = first + Math.min(block - 1, prompt - 1 + row);
        }
    }

    private long[] targets() {
        long[] targets = new long[all().size() * answerRows];
        Arrays.fill(targets, NO_TARGET);
        List<AskedQuestion> all = all();
        for (int i = 0; i < all.size(); i++) {
            for (int row = 0; row < all.get(i).answer().length; row++) {
                targets[i * answerRows + row] = all.get(i).answer()[row];
            }
        }
        return targets;
    }

    private void addRegion(List<NDArray> tensors, TensorScope scope) {
        int cells = size.cellCount();
        List<AskedQuestion> all = all();
        float[] wanted = new float[all.size() * answerRows * cells];
        float[] weights = new float[all.size() * answerRows];
        for (int i = 0; i < all.size(); i++) {
            AskedQuestion question = all.get(i);
            boolean kept = !cut || question.evidence().intersects(question.kept());
            for (int row = 0; row < answerRows; row++) {
                int at = i * answerRows + row;
                BitSet evidence = question.evidenceOf(row);
                boolean counts = !evidence.isEmpty() && row < question.answer().length && (row == 0 || kept);
                weights[at] = counts ? 1 : 0;
                if (counts) {
                    Arrays.fill(wanted, at * cells, (at + 1) * cells, HIDDEN);
                    evidence.stream().forEach(cell -> wanted[at * cells + cell] = 0);
                }
            }
        }
        int chosen = perPicture() * answerRows;
        tensors.add(scope.floats(wanted, pictures(), chosen, cells));
        tensors.add(scope.floats(weights, pictures(), chosen));
    }

    /** Where the next character stands; for an answer that is one word, any of the evidence. */
    private void addPointer(List<NDArray> tensors, TensorScope scope, int kept) {
        List<AskedQuestion> all = all();
        int cells = cut ? kept : size.cellCount();
        float[] wanted = new float[all.size() * answerRows * cells];
        float[] weights = new float[all.size() * answerRows];
        for (int i = 0; i < all.size(); i++) {
            AskedQuestion question = all.get(i);
            int[] places = cut
                    ? question.kept().stream().toArray()
                    : IntStream.range(0, cells).toArray();
            for (int row = 0; row < answerRows; row++) {
                BitSet read = question.cellsOf(row);
                read.and(cut ? question.kept() : read);
                int at = i * answerRows + row;
                if (!read.isEmpty()) {
                    weights[at] = 1;
                    for (int place = 0; place < cells; place++) {
                        boolean there = place < places.length && read.get(places[place]);
                        wanted[at * cells + place] = there ? 0 : HIDDEN;
                    }
                }
            }
        }
        long groups = cut ? all.size() : pictures();
        long chosen = (long) all.size() / groups * answerRows;
        tensors.add(scope.floats(wanted, groups, chosen, cells));
        tensors.add(scope.floats(weights, groups, chosen));
    }

    private void addCut(List<NDArray> tensors, TensorScope scope, int block, int kept, int rows) {
        List<AskedQuestion> all = all();
        int front = frontRows();
        int left = front + kept + block;
        int[] places = new int[all.size() * left];
        int[] inTables = new int[places.length];
        float[] mask = new float[all.size() * left * left];
        int[] answers = new int[all.size() * answerRows];
        for (int i = 0; i < all.size(); i++) {
            AskedQuestion question = all.get(i);
            int[] cells = question.kept().stream().toArray();
            int asked = front + size.cellCount() + i % perPicture() * block;
            int first = unused(i / perPicture());
            int[] cutRows = fronts.get(i / perPicture()).cutRows();
            for (int row = 0; row < left; row++) {
                int place = row < front
                        ? row
                        : row < front + kept
                                ? front + cells[Math.min(row - front, cells.length - 1)]
                                : asked + row - front - kept;
                inTables[i * left + row] = (hasEarlier() ? i / perPicture() * rows : 0) + place;
                places[i * left + row] = i / perPicture() * rows + place;
                for (int key = 0; key < left; key++) {
                    boolean unused = key < first || (key >= front + cells.length && key < front + kept);
                    mask[(i * left + row) * left + key] = key > row || (unused && key != row) ? HIDDEN : 0;
                }
                float own = mask[(i * left + row) * left + row];
                hide(cutRows, first, mask, (i * left + row) * left);
                mask[(i * left + row) * left + row] = own;
            }
            fillAnswerRows(answers, i, i * left + front + kept, block);
        }
        tensors.add(scope.indices(places));
        tensors.add(scope.indices(inTables));
        tensors.add(scope.floats(mask, all.size(), left, left));
        tensors.add(scope.indices(answers));
    }
}
