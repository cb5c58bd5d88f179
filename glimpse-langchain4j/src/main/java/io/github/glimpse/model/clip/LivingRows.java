package io.github.glimpse.model.clip;

import io.github.glimpse.nn.RowPadding;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Which row of a batch of pictures stands for which patch. Of each picture first the class row, if there is one, then the patches
 * that are alive, in raster order, then the row that dropped ones were fused into; all pictures have as many. Plain numbers.
 */
final class LivingRows {

    /** From more rows on, {@code block_attention} may go head by head, if a run is one picture. */
    private static final int MOST_BATCHED = 255;

    private final int classRows;
    private final int[][] alive;
    private int fusedRows;

    private LivingRows(int classRows, int[][] alive, int fusedRows) {
        this.classRows = classRows;
        this.alive = alive;
        this.fusedRows = fusedRows;
    }

    /** Of pictures that have the same patches. */
    static LivingRows of(int pictures, int[] patches, int classRows) {
        int[][] alive = new int[pictures][];
        Arrays.fill(alive, patches);
        return new LivingRows(classRows, alive, 0);
    }

    /** Of some of the pictures, which go on by themselves. */
    LivingRows of(int[] pictures) {
        int[][] theirs = Arrays.stream(pictures).mapToObj(this::alive).toArray(int[][]::new);
        return new LivingRows(classRows, theirs, fusedRows);
    }

    int pictures() {
        return alive.length;
    }

    /** The patches of a picture that are alive, by their places in it. */
    int[] alive(int picture) {
        return alive[picture].clone();
    }

    /** 1 if each picture has a class row, else 0. */
    int classRows() {
        return classRows;
    }

    /** Patches that each picture still has. */
    int patches() {
        return alive[0].length;
    }

    /** Rows that each picture still has. */
    int each() {
        return classRows + patches() + fusedRows;
    }

    /** Rows of all pictures, rounded up to a number that kernels are kept for. */
    int padded() {
        return RowPadding.rows(Math.multiplyExact(pictures(), each()));
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
     * The rows of the kept patches and of what always stays.
     *
     * @param kept of each picture the patches that stay, as places in {@link #alive}, ascending, as many of each
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
                rows.add(first + classRows + place);
            }
            IntStream.range(first + each() - fusedRows, first + each()).forEach(rows::add);
        }
        return rows.build().toArray();
    }

    /** The rows of the patches that are not kept. */
    int[] leaving(int[][] kept) {
        return IntStream.range(0, pictures())
                .flatMap(i -> leavingPlaces(kept[i]).map(place -> i * each() + classRows + place))
                .toArray();
    }

    /** The patches that are not kept, as places in {@link #alive}. */
    IntStream leavingPlaces(int[] kept) {
        return IntStream.range(0, patches()).filter(place -> Arrays.binarySearch(kept, place) < 0);
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
