package io.github.glimpse.spring.autoconfigure;

import org.jspecify.annotations.Nullable;

/** A property whose value is well-formed but cannot work: nothing is there, or the model does not allow it. */
final class InvalidPropertyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String key;
    private final String action;

    /**
     * Names the property.
     *
     * @param key the property
     * @param reason what is wrong and what to do
     */
    InvalidPropertyException(String key, String reason, @Nullable Throwable cause) {
        this(key, reason, "Set " + key + " accordingly.", cause);
    }

    private InvalidPropertyException(String key, String reason, String action, @Nullable Throwable cause) {
        super(key + ": " + reason, cause);
        this.key = key;
        this.action = action;
    }

    /** One that has another name now. */
    static InvalidPropertyException renamed(String key, String now) {
        return new InvalidPropertyException(
                key, "It has another name now: set " + now, "Set " + now + " instead, and remove " + key + ".", null);
    }

    /** The property. */
    String key() {
        return key;
    }

    /** What is to be done. */
    String action() {
        return action;
    }
}
