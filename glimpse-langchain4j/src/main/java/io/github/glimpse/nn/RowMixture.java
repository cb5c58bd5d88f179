package io.github.glimpse.nn;

/**
 * New rows as weighted sums of old ones: entry i adds {@code weights[i]} times old row {@code sources[i]} to new row
 * {@code targets[i]}.
 *
 * @param targets new rows
 * @param sources old rows
 * @param weights weights
 */
public record RowMixture(int[] targets, int[] sources, float[] weights) {

    /** Checks that the lengths agree. */
    public RowMixture {
        if (targets.length != sources.length || targets.length != weights.length) {
            throw new IllegalArgumentException("A mixture has " + targets.length + " targets, " + sources.length
                    + " sources and " + weights.length + " weights");
        }
    }
}
