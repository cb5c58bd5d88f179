package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * A model that was to be loaded later could not be; the cause says why. The engine stays so: whoever made it makes another.
 */
public final class ModelLoadException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public ModelLoadException(String message) {
        this(message, null);
    }

    /** Like {@link #ModelLoadException(String)}, with the failure that led here. */
    public ModelLoadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
