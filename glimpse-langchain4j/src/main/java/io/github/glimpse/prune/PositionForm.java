package io.github.glimpse.prune;

/** Position ids of the rows that stay. */
public enum PositionForm {
    /** Those of the whole prompt; the answer goes on behind it. */
    ORIGINAL,
    /** Counted anew from 0 at each cut; only for plain positions, and between layers only with {@link KvForm#RAGGED}. */
    RENUMBER
}
