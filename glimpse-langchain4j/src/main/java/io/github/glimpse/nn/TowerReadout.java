package io.github.glimpse.nn;

/**
 * A value that a vision tower can tell of one block, per image token in raster order, float32.
 *
 * @param sum what is made of the block's queries and keys: the name of the method in the tower's text, or {@link #ROWS}
 * @param block number from 0; of {@link #ROWS} the layer as the tower's family counts them
 * @param shape how it lies
 */
public record TowerReadout(String sum, int block, Shape shape) implements Readout {

    /** The hidden rows themselves. */
    public static final String ROWS = "rows";

    /** Hidden rows of a layer, as the family counts them: {@code [tokens, visionHidden]}. */
    public static TowerReadout rows(int layer) {
        return new TowerReadout(ROWS, layer, Shape.ROWS);
    }

    /** Attention of the class row, its own key left out after the softmax: {@code [heads, tokens]}. */
    public static TowerReadout classAttention(int block) {
        return new TowerReadout("class_attention", block, Shape.BY_HEAD);
    }

    /** This value of a block up to {@code last}: where its own has not run there, of that one. */
    public TowerReadout upTo(int last) {
        return block <= last ? this : new TowerReadout(sum, last, shape);
    }

    /** Whether the class row alone asks, so that the queries of other rows are not needed. */
    public boolean ofClassRow() {
        return sum.endsWith("class_attention");
    }

    /** Whether queries and keys of a block are needed for it. */
    public boolean ofAttention() {
        return !sum.equals(ROWS);
    }
}
