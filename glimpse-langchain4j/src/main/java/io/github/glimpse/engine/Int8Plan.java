package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What stays in 16 bits where the weights of linear layers are numbers of 8: few columns of their inputs, whose values are so large
 * that all others of a row would lose their digits beside them, and whole layers whose results decide what is kept of a picture.
 *
 * <p>A model that is loaded with a plan in a format other than {@link WeightFormat#INT8} is watched: the plan learns how large each
 * column of each input gets. {@link #settle} chooses the columns, and a model loaded in {@link WeightFormat#INT8} keeps them. For one
 * thread.
 *
 * @see <a href="https://arxiv.org/abs/2208.07339">LLM.int8(), section 3.2: columns of outliers in 16 bits</a>
 */
public final class Int8Plan {

    /** Most columns of one input, and their largest share of it: beyond that the product in 16 bits costs more than it saves. */
    private static final int MOST_COLUMNS = 32;

    private static final int LEAST_SHARE = 16;

    /** A column is large from so many times the middle one on. */
    private static final float LARGE = 2;

    private Set<Integer> exactLayers = Set.of();
    private final Map<String, NDArray> watched = new HashMap<>();
    private final Map<String, int[]> columns = new HashMap<>();

    /** Keeps queries and keys of some layers of the decoder, counted from 0, in 16 bits. */
    public void keepExact(Set<Integer> layers) {
        exactLayers = Set.copyOf(layers);
    }

    boolean isExact(int layer) {
        return exactLayers.contains(layer);
    }

    void watch(String layer, NDArray peaks) {
        watched.put(layer, peaks);
    }

    /** Chooses the columns by what the watched model has seen so far. That model must still be open. */
    public void settle() {
        watched.forEach((layer, peaks) -> columns.put(layer, large(HostValues.floats(peaks))));
        watched.clear();
    }

    /** The columns of a layer's input that stay in 16 bits, rising. */
    int[] columns(String layer) {
        return columns.getOrDefault(layer, new int[0]);
    }

    static int[] large(float[] peaks) {
        float[] sorted = peaks.clone();
        Arrays.sort(sorted);
        float least = LARGE * sorted[sorted.length / 2];
        return IntStream.range(0, peaks.length)
                .boxed()
                .filter(column -> peaks[column] > least)
                .sorted(Comparator.comparing((Integer column) -> -peaks[column]))
                .limit(Math.min(MOST_COLUMNS, peaks.length / LEAST_SHARE))
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
    }
}
