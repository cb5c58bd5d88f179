package io.github.glimpse.answer;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call written as a JSON object with a name and arguments.
 *
 * @param arguments a JSON object; null if they are missing or of another kind
 */
record JsonCall(@Nullable String id, String name, @Nullable String arguments) {

    static final String ARGUMENTS = "arguments";
    static final String PARAMETERS = "parameters";

    /** The call that an object with the key {@code parameters} describes; null if the object has no name. */
    static @Nullable JsonCall ofParameters(ValueReader object) {
        return of(object, object.members().get(PARAMETERS));
    }

    /**
     * The call that an object with the key {@code arguments} describes; null if the object has no name. Missing
     * arguments and
     * null are an empty object, a text that is a JSON object is read as that object.
     */
    static @Nullable JsonCall ofArguments(ValueReader object, Work work) {
        Map<String, String> members = object.members();
        String written = members.get(ARGUMENTS);
        if (written == null ? !members.containsKey(PARAMETERS) : written.equals("null")) {
            return of(object, "{}");
        }
        String text = written == null ? null : ArgumentJson.unquoted(written);
        if (text == null) {
            return of(object, written);
        }
        work.examine(text.length());
        return of(object, ArgumentJson.value(text));
    }

    private static @Nullable JsonCall of(ValueReader object, @Nullable String arguments) {
        String name = text(object, "name");
        if (name == null || name.isEmpty()) {
            return null;
        }
        if (arguments == null || !arguments.startsWith("{")) {
            return new JsonCall(text(object, "id"), name, null);
        }
        String once = object.hasRepeatedKeys() ? ArgumentJson.withoutRepeatedKeys(arguments) : arguments;
        return new JsonCall(text(object, "id"), name, once);
    }

    /** The call that an object describes so far; null while its name or arguments are missing. */
    static BlockReader.@Nullable OpenCall open(ValueReader object, String key) {
        String name = text(object, "name");
        if (name == null) {
            return null;
        }
        String complete = object.members().get(key);
        if (complete != null) {
            return new BlockReader.OpenCall(name, complete, 0);
        }
        return key.equals(object.openMember())
                ? new BlockReader.OpenCall(name, object.json(), object.openValueStart())
                : null;
    }

    private static @Nullable String text(ValueReader object, String key) {
        String json = object.members().get(key);
        return json == null ? null : ArgumentJson.unquoted(json);
    }
}
