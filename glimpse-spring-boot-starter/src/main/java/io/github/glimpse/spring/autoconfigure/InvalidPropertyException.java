package io.github.glimpse.spring.autoconfigure;

import org.jspecify.annotations.Nullable;

/** A property whose value is well-formed but cannot work: nothing is there, or the model does not allow it. */
final class InvalidPropertyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String key;

    /**
     * Names the property.
     *
     * @param key the property
     * @param reason what is wrong and what to do
     */
    InvalidPropertyException(String key, String reason, @Nullable Throwable cause) {
        super(key + ": " + reason, cause);
        this.key = key;
    }

    /** The property. */
    String key() {
        return key;
    }
}
