package io.github.glimpse.eval;

import io.github.glimpse.GlimpseException;
import org.jspecify.annotations.Nullable;

/** A row or a file of evaluation data, or a file of results, is missing, damaged or contradicts itself. Names file and line. */
public final class EvaluationDataException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Makes the error; the message names the file, the line, the value and the next step. */
    public EvaluationDataException(String message) {
        this(message, null);
    }

    /** Like {@link #EvaluationDataException(String)}, with the failure that led here. */
    public EvaluationDataException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
