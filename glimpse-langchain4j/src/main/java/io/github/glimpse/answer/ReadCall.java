package io.github.glimpse.answer;

import org.jspecify.annotations.Nullable;

/**
 * A tool call read from an answer.
 *
 * @param id id written by the model; null if the format has none or it was in use already
 * @param name name of a tool of the request
 * @param arguments a JSON object
 */
public record ReadCall(@Nullable String id, String name, String arguments) {

    /** Omits the arguments, which may hold personal data. */
    @Override
    public String toString() {
        return "ReadCall[" + name + ", " + arguments.length() + " characters]";
    }
}
