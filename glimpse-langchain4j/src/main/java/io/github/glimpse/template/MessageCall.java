package io.github.glimpse.template;

import io.github.glimpse.text.JsonValues;
import java.util.function.UnaryOperator;

/**
 * Tool call of an earlier answer.
 *
 * @param id that its result names; empty if the caller gave none
 * @param name of the tool
 * @param arguments a map, or the text as written where that is no JSON object
 * @param written the arguments as the caller wrote them
 */
public record MessageCall(String id, String name, Object arguments, String written) {

    /**
     * A call whose arguments are JSON text.
     *
     * @param guard marks the name and every string of the arguments, so that they cannot become control tokens
     */
    public static MessageCall of(String id, String name, String arguments, UnaryOperator<String> guard) {
        return new MessageCall(id, guard.apply(name), JsonValues.arguments(arguments, guard), guard.apply(arguments));
    }

    MessageCall withId(String other) {
        return new MessageCall(other, name, arguments, written);
    }

    MessageCall withArguments(Object other) {
        return new MessageCall(id, name, other, written);
    }

    /** Names the tool; arguments are content of the conversation. */
    @Override
    public String toString() {
        return "MessageCall[" + name + "]";
    }
}
