package io.github.glimpse.prefill;

import java.util.Arrays;

/** Index work on choices of image tokens in front of which a class row lies. */
public final class Selections {

    private Selections() {}

    /** The values at some places. */
    public static int[] pick(int[] values, int[] places) {
        return Arrays.stream(places).map(place -> values[place]).toArray();
    }

    /** The values at some places. */
    static float[] pick(float[] values, int[] places) {
        float[] picked = new float[places.length];
        for (int i = 0; i < places.length; i++) {
            picked[i] = values[places[i]];
        }
        return picked;
    }

    /** Where each of these values lies among others, which are rising and hold them all. */
    static int[] places(int[] values, int[] among) {
        return Arrays.stream(values)
                .map(value -> Arrays.binarySearch(among, value))
                .toArray();
    }

    /** The rows of the class row and of chosen patches. */
    static int[] withClassRow(int[] kept, int classRows) {
        int[] rows = new int[classRows + kept.length];
        for (int i = 0; i < classRows; i++) {
            rows[i] = i;
        }
        for (int i = 0; i < kept.length; i++) {
            rows[classRows + i] = classRows + kept[i];
        }
        return rows;
    }
}
