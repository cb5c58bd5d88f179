package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;

/**
 * What one layer remembers of one sequence: keys and values of each row, or a state that all rows went through. Not safe for
 * concurrent use. The memory belongs to the scope that it was made in.
 */
public sealed interface LayerState extends AutoCloseable permits KvCache, RecurrentState {

    /** Rows that went in and were not forgotten. */
    int length();

    /** Rows that may still come; more need {@link #reserve} first. */
    int room();

    /** Makes room for at least so many more rows; what is there stays. */
    void reserve(int rowsToCome);

    /**
     * Forgets the rows at the end.
     *
     * @param rows those that stay; where a state was changed by later ones, it must have been {@linkplain #remember() remembered}
     */
    void truncate(int rows);

    /** Makes it possible to come back to the present length. */
    void remember();

    /**
     * A cut: rows that are not chosen are forgotten, with room for more to come. What they did to a state cannot be undone, so that
     * stays as it is.
     *
     * @param chosen rising row indices, {@code [kept]} int64
     */
    void keep(NDArray chosen, int rowsToCome);

    /** Whether all of it that counts is finite. Reads it all: for an error's message. */
    boolean isFinite();

    @Override
    void close();
}
