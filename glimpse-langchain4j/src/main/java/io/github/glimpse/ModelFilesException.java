package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * Files of a model or of a glimpse module are missing, damaged or contradict each other. The operator has to mend them.
 */
public final class ModelFilesException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public ModelFilesException(String message) {
        this(message, null);
    }

    /** Like {@link #ModelFilesException(String)}, with the failure that led here. */
    public ModelFilesException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
