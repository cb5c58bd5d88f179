package io.github.glimpse.constrain;

import org.jspecify.annotations.Nullable;

/** Reads the object of one call character by character: a name, arguments, and whatever else a model writes there. */
final class ToolCallReader {

    private static final String BLANKS = " \t\n\r";

    private enum At {
        OBJECT,
        KEY_OR_END,
        KEY,
        COLON,
        VALUE,
        IN_VALUE,
        BEHIND_VALUE,
        DONE
    }

    private At at = At.OBJECT;
    private final StringBuilder token = new StringBuilder();
    private boolean isKey;
    private boolean inString;
    private boolean escaped;
    private int depth;
    private String key = "";
    private @Nullable String name;
    private final StringBuilder arguments = new StringBuilder();
    private boolean readsArguments;
    private boolean hasArguments;

    /** The name, once it is whole. */
    @Nullable
    String name() {
        return name;
    }

    /** The arguments as far as they are known; {@code {}} where the call is over and has none. */
    CharSequence arguments() {
        return at == At.DONE && !hasArguments ? "{}" : arguments;
    }

    /** Whether the object has ended. */
    boolean isDone() {
        return at == At.DONE;
    }

    /** Whether a name and a whole value are there, though the object may go on. */
    boolean isWhole() {
        return name != null
                && (hasArguments ? !readsArguments && JsonText.isValue(arguments.toString()) : at == At.DONE);
    }

    /**
     * Takes the next character.
     *
     * @return whether it may stand there; if not, nothing has changed
     */
    boolean take(char unit) {
        boolean blank = BLANKS.indexOf(unit) >= 0;
        switch (at) {
            case OBJECT -> {
                if (unit == '{') {
                    at = At.KEY_OR_END;
                    return true;
                }
                return blank;
            }
            case KEY_OR_END, KEY -> {
                return blank
                        || (unit == '"' && startValue(unit, true))
                        || (unit == '}' && at == At.KEY_OR_END && end());
            }
            case COLON -> {
                if (unit == ':') {
                    at = At.VALUE;
                    return true;
                }
                return blank;
            }
            case VALUE -> {
                return blank || (",:}]".indexOf(unit) < 0 && startValue(unit, false));
            }
            case IN_VALUE -> {
                return inValue(unit, blank);
            }
            case BEHIND_VALUE -> {
                if (unit == ',') {
                    at = At.KEY;
                    return true;
                }
                return blank || (unit == '}' && end());
            }
            case DONE -> {
                return false;
            }
        }
        return false;
    }

    private boolean end() {
        if (name == null) {
            return false;
        }
        at = At.DONE;
        return true;
    }

    private boolean startValue(char unit, boolean startsKey) {
        isKey = startsKey;
        readsArguments = !isKey && !hasArguments && (key.equals("arguments") || key.equals("parameters"));
        token.setLength(0);
        inString = unit == '"';
        escaped = false;
        depth = unit == '{' || unit == '[' ? 1 : 0;
        at = At.IN_VALUE;
        add(unit);
        return true;
    }

    private void add(char unit) {
        (readsArguments ? arguments : token).append(unit);
        hasArguments |= readsArguments;
    }

    private boolean inValue(char unit, boolean blank) {
        if (inString) {
            add(unit);
            if (escaped) {
                escaped = false;
            } else if (unit == '\\') {
                escaped = true;
            } else if (unit == '"') {
                inString = false;
                return depth > 0 || endValue();
            }
            return true;
        }
        if (depth == 0) {
            // A number or a word ends before what follows it.
            if (blank || unit == ',' || unit == '}') {
                return endValue() && take(unit);
            }
            add(unit);
            return true;
        }
        add(unit);
        inString = unit == '"';
        depth += unit == '{' || unit == '[' ? 1 : unit == '}' || unit == ']' ? -1 : 0;
        return depth > 0 || endValue();
    }

    private boolean endValue() {
        if (isKey) {
            String read = JsonText.string(token.toString());
            key = read == null ? "" : read;
            at = At.COLON;
            return read != null;
        }
        at = At.BEHIND_VALUE;
        if (readsArguments) {
            readsArguments = false;
            return JsonText.isValue(arguments.toString());
        }
        if (key.equals("name") && name == null) {
            name = JsonText.string(token.toString());
            return name != null && !name.isBlank();
        }
        return JsonText.isValue(token.toString());
    }
}
