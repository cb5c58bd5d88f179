package io.github.glimpse.eval;

import io.github.glimpse.image.PictureFolder;
import java.nio.file.Path;

/**
 * How data files are read.
 *
 * @param pictures where named pictures lie, and how large they may be
 * @param metric for rows that name none
 * @param split takes rows of this split, or without one; empty takes all
 * @param maxRows reading ends with an error behind so many rows
 */
public record DataOptions(PictureFolder pictures, String metric, String split, int maxRows) {

    /** Rows of a file. */
    public static final int DEFAULT_MAX_ROWS = 1_000_000;

    /** The metric of rows that name none: exact match after normalisation. */
    public static final String DEFAULT_METRIC = ExactMatch.NAME;

    /** Checks the limit. */
    public DataOptions {
        if (maxRows < 1) {
            throw new IllegalArgumentException("maxRows must be at least 1, not " + maxRows);
        }
    }

    /** Pictures lie below this folder, the metric is {@link #DEFAULT_METRIC}, all splits. */
    public static DataOptions below(Path pictures) {
        return new DataOptions(PictureFolder.of(pictures), DEFAULT_METRIC, "", DEFAULT_MAX_ROWS);
    }

    /** The same with another metric for rows that name none. */
    public DataOptions withMetric(String other) {
        return new DataOptions(pictures, other, split, maxRows);
    }

    /** The same for another split. */
    public DataOptions withSplit(String other) {
        return new DataOptions(pictures, metric, other, maxRows);
    }

    /** The same with another picture folder. */
    public DataOptions withPictures(PictureFolder other) {
        return new DataOptions(other, metric, split, maxRows);
    }

    /** Stops a file that is too long. */
    void checkCount(int rows, Path file) {
        if (rows > maxRows) {
            throw new EvaluationDataException(
                    "The data file '" + file + "' has more than " + maxRows + " rows; split it or raise maxRows");
        }
    }
}
