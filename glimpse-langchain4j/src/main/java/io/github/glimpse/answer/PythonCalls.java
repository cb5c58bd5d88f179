package io.github.glimpse.answer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Incremental reader of a Python list of calls with keyword arguments: {@code [name(key=LITERAL, …), …]}. */
final class PythonCalls {

    private enum State {
        OPEN,
        CALL,
        CALL_OR_END,
        NAME,
        KEY_OR_END,
        KEY,
        VALUE,
        AFTER_VALUE,
        AFTER_CALL
    }

    private static final String NOT_IN_NAMES = "()[]{},='\":";

    private final List<JsonCall> calls = new ArrayList<>();
    private final StringBuilder token = new StringBuilder();
    private Map<String, String> arguments = new LinkedHashMap<>();
    private State state = State.OPEN;
    private ValueReader value = new ValueReader(Dialect.PYTHON);
    private String name = "";
    private String key = "";
    private boolean isBroken;

    /** The calls of a complete list. */
    List<JsonCall> calls() {
        return calls;
    }

    /** Takes the next character; the list is done with its closing bracket. */
    Step take(char unit) {
        if (state == State.VALUE) {
            return value(unit);
        }
        if (Blanks.isBlank(unit)) {
            isBroken |= !token.isEmpty();
            return Step.MORE;
        }
        return switch (state) {
            case OPEN -> to(unit == '[', State.CALL_OR_END);
            case CALL -> name(unit);
            case CALL_OR_END -> unit == ']' && !calls.isEmpty() ? Step.DONE : name(unit);
            case NAME -> unit == '(' ? nameEnds() : name(unit);
            case KEY_OR_END -> unit == ')' ? endCall() : key(unit);
            case KEY -> unit == '=' ? keyEnds() : key(unit);
            case AFTER_VALUE -> unit == ')' ? endCall() : to(unit == ',', State.KEY_OR_END);
            case AFTER_CALL -> unit == ']' ? Step.DONE : to(unit == ',', State.CALL_OR_END);
            case VALUE -> Step.FAIL;
        };
    }

    private Step to(boolean allowed, State next) {
        state = next;
        return allowed ? Step.MORE : Step.FAIL;
    }

    private Step name(char unit) {
        return identifier(unit, State.NAME);
    }

    private Step key(char unit) {
        return identifier(unit, State.KEY);
    }

    private Step identifier(char unit, State next) {
        // A blank has ended the identifier
        if (isBroken || NOT_IN_NAMES.indexOf(unit) >= 0 || unit < ' ') {
            return Step.FAIL;
        }
        token.append(unit);
        state = next;
        return Step.MORE;
    }

    private String identifier() {
        String text = token.toString();
        token.setLength(0);
        isBroken = false;
        return text;
    }

    private Step nameEnds() {
        name = identifier();
        arguments = new LinkedHashMap<>();
        state = State.KEY_OR_END;
        return Step.MORE;
    }

    private Step keyEnds() {
        key = identifier();
        value = new ValueReader(Dialect.PYTHON);
        state = State.VALUE;
        return Step.MORE;
    }

    private Step value(char unit) {
        Step step = value.take(unit);
        if (step == Step.DONE || step == Step.BEFORE) {
            arguments.put(key, value.value());
            state = State.AFTER_VALUE;
            return step == Step.DONE ? Step.MORE : take(unit);
        }
        return step;
    }

    private Step endCall() {
        calls.add(new JsonCall(null, name, ArgumentJson.object(arguments)));
        state = State.AFTER_CALL;
        return Step.MORE;
    }
}
