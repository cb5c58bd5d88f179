package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * A request holds something that the loaded model or its chat template cannot take. The caller has to leave it out.
 */
public class UnsupportedContentException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public UnsupportedContentException(String message) {
        this(message, null);
    }

    /** Like {@link #UnsupportedContentException(String)}, with the failure that led here. */
    public UnsupportedContentException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
