package io.github.glimpse.constrain;

/**
 * A tool that an answer may call.
 *
 * @param name as the model writes it
 * @param parameters JSON schema of its arguments, which are an object
 * @param arguments whether the arguments have to be valid for it
 */
public record ToolShape(String name, String parameters, Arguments arguments) {

    /** What is asked of the arguments of a call. */
    public enum Arguments {
        /** They are valid for the tool's schema. */
        STRICT,
        /** They are some JSON object. */
        FREE
    }
}
