package io.github.glimpse.prune.video;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The rows of a video that differ most from the row at the same place one slice before. The first slice stays whole, for there
 * is nothing before it that could tell what it shows.
 *
 * @param kept rows that stay, rising
 * @param distances of each row, 1 - cosine; {@link #FIRST} in the first slice
 * @see <a href="https://arxiv.org/abs/2510.14624">Efficient Video Sampling, section on the method</a>
 */
@SuppressWarnings("ArrayRecordComponent") // made and read in one place, never compared
record ChangedRows(int[] kept, double[] distances) {

    /** Above every distance. */
    static final double FIRST = 255;

    private static final double SAME = 1e-6;

    /**
     * Chooses.
     *
     * @param count rows of all slices that are wanted; the first slice and the floors stay whatever it says
     * @param floor least rows of each later slice
     */
    static ChangedRows choose(SliceRows video, int count, int floor) {
        int perSlice = video.perSlice();
        int total = video.total();
        int later = video.slices() - 1;
        int least = Math.min(floor, perSlice);
        double[] distances = distances(video);
        boolean[] stays = new boolean[total];
        Arrays.fill(stays, 0, perSlice, true);
        for (int slice = 1; slice <= later; slice++) {
            SliceRows.ascending(slice * perSlice, (slice + 1) * perSlice, row -> -distances[row])
                    .limit(least)
                    .forEach(row -> stays[row] = true);
        }
        int promised = perSlice + least * later;
        int[] rest = SliceRows.ascending(perSlice, total, row -> -distances[row])
                .filter(row -> !stays[row])
                .limit(Math.max(0, Math.min(count, total) - promised))
                .toArray();
        for (int row : rest) {
            stays[row] = true;
        }
        return new ChangedRows(
                IntStream.range(0, total).filter(row -> stays[row]).toArray(), distances);
    }

    private static double[] distances(SliceRows video) {
        int perSlice = video.perSlice();
        double[] distances = new double[video.total()];
        Arrays.fill(distances, 0, perSlice, FIRST);
        float[] before = video.slices() > 1 ? video.slice(0) : new float[0];
        for (int slice = 1; slice < video.slices(); slice++) {
            float[] now = video.slice(slice);
            for (int row = 0; row < perSlice; row++) {
                double distance = 1 - cosine(before, now, row * video.width(), video.width());
                distances[slice * perSlice + row] = distance < SAME ? 0 : distance;
            }
            before = now;
        }
        return distances;
    }

    /** A row of zeros is like none. */
    private static double cosine(float[] one, float[] other, int from, int width) {
        double product = 0;
        double ofOne = 0;
        double ofOther = 0;
        for (int i = from; i < from + width; i++) {
            product += (double) one[i] * other[i];
            ofOne += (double) one[i] * one[i];
            ofOther += (double) other[i] * other[i];
        }
        return ofOne == 0 || ofOther == 0 ? 0 : product / (Math.sqrt(ofOne) * Math.sqrt(ofOther));
    }
}
