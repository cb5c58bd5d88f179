package io.github.glimpse.model.clip;

import io.github.glimpse.nn.RowPadding;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Which row of a batch of pictures stands for which patch. Of each picture first the class row, if there is one, then the tokens
 * that are alive, in raster order, each with its patches side by side, then the row that dropped ones were fused into; all pictures
 * have as many. Plain numbers.
 */
final class LivingRows {

    /** From more rows on, {@code block_attention} may go head by head, if a run is one picture. */
    private static final int MOST_BATCHED = 255;

    private final int classRows;
    private final int group;
    private final int[][] alive;
    private int fusedRows;

    private LivingRows(int classRows, int group, int[][] alive, int fusedRows) {
        this.classRows = classRows;
        this.group = group;
        this.alive = alive;
        this.fusedRows = fusedRows;
    }

    /** Of pictures that have the same tokens, a patch each. */
    static LivingRows of(int pictures, int[] tokens, int classRows) {
        return of(pictures, tokens, classRows, 1);
    }

    /** Of pictures that have the same tokens, so many patches each. */
    static LivingRows of(int pictures, int[] tokens, int classRows, int group) {
        int[][] alive = new int[pictures][];
        Arrays.fill(alive, tokens);
        return new LivingRows(classRows, group, alive, 0);
    }

    /** Of some of the pictures, which go on by themselves. */
    LivingRows of(int[] pictures) {
        int[][] theirs = Arrays.stream(pictures).mapToObj(this::alive).toArray(int[][]::new);
        return new LivingRows(classRows, group, theirs, fusedRows);
    }

    int pictures() {
        return alive.length;
    }

    /** The tokens of a picture that are alive, by their places in it. */
    int[] alive(int picture) {
        return alive[picture].clone();
    }

    /** 1 if each picture has a class row, else 0. */
    int classRows() {
        return classRows;
    }

    /** Tokens that each picture still has. */
    int tokens() {
        return alive[0].length;
    }

    /** Patches of a token. */
    int group() {
        return group;
    }

    /** Rows of patches that each picture still has. */
    int patches() {
        return tokens() * group;
    }

    /** Rows that each picture still has. */
    int each() {
        return classRows + patches() + fusedRows;
    }

    /** Rows of all pictures, rounded up to a number that kernels are kept for. */
    int padded() {
        return RowPadding.rowsAtOnce(Math.multiplyExact(pictures(), each()));
    }

    boolean hasFused() {
        return fusedRows > 0;
    }

    /** All rows of some pictures. */
    int[] rows(int... pictures) {
        return Arrays.stream(pictures)
                .flatMap(picture -> IntStream.range(picture * each(), (picture + 1) * each()))
                .toArray();
    }

    /** The class row of every picture. */
    int[] ofClass() {
        return IntStream.range(0, pictures()).map(picture -> picture * each()).toArray();
    }

    /** The rows of a picture's patches. */
    int[] ofPatches(int picture) {
        int first = picture * each() + classRows;
        return IntStream.range(first, first + patches()).toArray();
    }

    /** The rows of all patches, picture by picture. */
    int[] ofPatches() {
        return IntStream.range(0, pictures())
                .flatMap(picture -> Arrays.stream(ofPatches(picture)))
                .toArray();
    }

    /**
     * The rows of the kept tokens and of what always stays.
     *
     * @param kept of each picture the tokens that stay, as places in {@link #alive}, ascending, as many of each
     */
    int[] staying(int[][] kept) {
        IntStream.Builder rows = IntStream.builder();
        for (int i = 0; i < pictures(); i++) {
            if (kept[i].length != kept[0].length) {
                throw new IllegalArgumentException("Picture 0 keeps " + kept[0].length + " patches, picture " + i
                        + " keeps " + kept[i].length + "; all must keep as many");
            }
            int first = i * each();
            IntStream.range(first, first + classRows).forEach(rows::add);
            for (int place : kept[i]) {
                ofToken(first, place).forEach(rows::add);
            }
            IntStream.range(first + each() - fusedRows, first + each()).forEach(rows::add);
        }
        return rows.build().toArray();
    }

    private IntStream ofToken(int firstOfPicture, int place) {
        int first = firstOfPicture + classRows + place * group;
        return IntStream.range(first, first + group);
    }

    /** The rows of the tokens that are not kept. */
    int[] leaving(int[][] kept) {
        return IntStream.range(0, pictures())
                .flatMap(i -> leavingPlaces(kept[i]).flatMap(place -> ofToken(i * each(), place)))
                .toArray();
    }

    /** The tokens that are not kept, as places in {@link #alive}. */
    IntStream leavingPlaces(int[] kept) {
        return IntStream.range(0, tokens()).filter(place -> Arrays.binarySearch(kept, place) < 0);
    }

    /** The others are gone. */
    void keep(int[][] kept) {
        for (int i = 0; i < pictures(); i++) {
            int[] before = alive[i];
            alive[i] = Arrays.stream(kept[i]).map(place -> before[place]).toArray();
        }
    }

    /** Each picture has one more row at its end. */
    void addFused() {
        fusedRows++;
    }

    /** Start, number and length of the runs of rows that see each other; many rows picture by picture, where attention is faster. */
    long[] runs() {
        if (each() <= MOST_BATCHED) {
            return new long[] {0, pictures(), each()};
        }
        return IntStream.range(0, pictures())
                .mapToLong(picture -> (long) picture * each())
                .flatMap(start -> LongStream.of(start, 1, each()))
                .toArray();
    }
}
