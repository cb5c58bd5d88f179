package io.github.glimpse.text.jinja;

/**
 * A name, attribute or item that is not there. It prints as nothing, counts as false and as empty; all else fails.
 *
 * @param message why it is undefined: the error's text once the template does more with it
 */
record JinjaUndefined(String message) {

    static JinjaUndefined name(String name) {
        return new JinjaUndefined("'" + name + "' is undefined");
    }

    static JinjaUndefined attribute(Object owner, String name) {
        return new JinjaUndefined("'" + JinjaValues.typeName(owner) + "' has no attribute '" + name + "'");
    }

    /** What the sandbox of chat templates forbids, such as changing a list. */
    static JinjaUndefined unsafe(Object owner, String name) {
        return new JinjaUndefined(
                "access to attribute '" + name + "' of '" + JinjaValues.typeName(owner) + "' is unsafe");
    }

    /** Fails for an undefined value. */
    static void check(Object value) {
        if (value instanceof JinjaUndefined undefined) {
            throw new JinjaError(undefined.message());
        }
    }
}
