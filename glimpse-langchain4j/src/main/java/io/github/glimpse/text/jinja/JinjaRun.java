package io.github.glimpse.text.jinja;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One rendering: the names, the text so far, and how much the template has used up.
 *
 * <p>A template comes with a model folder and may be hostile, so everything that can grow is counted: steps, nesting,
 * and characters made or looked at. A legitimate conversation stays far below the limits (a prompt of a million tokens
 * has about four million characters). Not safe for concurrent use; every rendering has its own.
 */
final class JinjaRun {

    /** Nesting of expressions, statements and macro calls. Each level takes a few frames of the Java stack. */
    static final int MAX_DEPTH = 400;

    /** Nesting of values that are printed or compared. */
    static final int MAX_VALUE_DEPTH = 100;

    static final long MAX_STEPS = 3_000_000;

    /** Characters that may be made, in all; also the bound of the memory that a template can hold. */
    static final long MAX_WORK = 64L << 20;

    static final int MAX_OUTPUT_CHARS = 16 << 20;

    /** Looking at text is cheaper than making it, and so is copying an element compared with its bookkeeping. */
    private static final int SCANNED_CHARS_PER_UNIT = 16;

    private static final int COMPARED_CHARS_PER_UNIT = 256;

    private static final int UNITS_PER_ELEMENT = 16;

    private final Map<String, Object> variables;
    private final Clock clock;
    private final Consumer<? super String> read;
    private JinjaScope scope = new JinjaScope(null);
    private StringBuilder output = new StringBuilder();
    private int depth;
    private long steps;
    private long work;
    private int line = 1;

    JinjaRun(Map<String, Object> variables, Clock clock, Consumer<? super String> read) {
        this.variables = variables;
        this.clock = clock;
        this.read = read;
    }

    Clock clock() {
        return clock;
    }

    String text() {
        return output.toString();
    }

    /** Line of the statement that runs, for messages. */
    int line() {
        return line;
    }

    void at(int newLine) {
        line = newLine;
    }

    void write(String text) {
        charge(text.length());
        if (output.length() + text.length() > MAX_OUTPUT_CHARS) {
            throw new JinjaError("it writes more than " + MAX_OUTPUT_CHARS + " characters");
        }
        output.append(text);
    }

    Object value(JinjaExpression expression) {
        enter();
        Object value = expression.evaluate(this);
        depth--;
        return value;
    }

    boolean isTrue(JinjaExpression expression) {
        return JinjaValues.truthy(value(expression));
    }

    /** Runs statements one after the other until one of them leaves the loop around it. */
    JinjaStatement.Flow execute(List<JinjaStatement> body) {
        enter();
        JinjaStatement.Flow flow = JinjaStatement.Flow.NEXT;
        for (JinjaStatement statement : body) {
            step();
            flow = statement.execute(this);
            if (flow != JinjaStatement.Flow.NEXT) {
                break;
            }
        }
        depth--;
        return flow;
    }

    /** Runs statements with names of their own, which start as those of {@code parent}. */
    JinjaStatement.Flow executeIn(JinjaScope inner, List<JinjaStatement> body) {
        JinjaScope outer = scope;
        scope = inner;
        JinjaStatement.Flow flow = execute(body);
        scope = outer;
        return flow;
    }

    /** Runs statements and gives the text that they write, which does not reach the output. */
    String capture(JinjaScope inner, List<JinjaStatement> body) {
        StringBuilder outer = output;
        output = new StringBuilder();
        executeIn(inner, body);
        String text = output.toString();
        output = outer;
        return text;
    }

    JinjaScope scope() {
        return scope;
    }

    /** Evaluates with the names of {@code inner}. */
    Object valueIn(JinjaScope inner, JinjaExpression expression) {
        JinjaScope outer = scope;
        scope = inner;
        Object value = value(expression);
        scope = outer;
        return value;
    }

    Object lookUp(String name) {
        Object value = scope.find(name);
        if (value == null) {
            value = variables.get(name);
            Object global = JinjaGlobals.find(name);
            if (global == null) {
                read.accept(name);
            }
            value = value == null ? global : value;
        }
        return value == null ? JinjaUndefined.name(name) : value;
    }

    private void enter() {
        step();
        if (++depth > MAX_DEPTH) {
            throw new JinjaError("it nests deeper than " + MAX_DEPTH + " levels");
        }
    }

    /** Counts one step; every expression, statement and element looked at is one. */
    void step() {
        if (++steps > MAX_STEPS) {
            throw new JinjaError("it takes more than " + MAX_STEPS + " steps");
        }
    }

    /** Counts characters that are about to be made. Call it before memory is asked for. */
    void charge(long chars) {
        work += chars;
        if (chars < 0 || work > MAX_WORK) {
            throw new JinjaError("it makes more than " + MAX_WORK + " characters");
        }
    }

    /** Counts elements of a list that is about to be made. */
    void chargeElements(long count) {
        charge(count > MAX_WORK ? MAX_WORK : count * UNITS_PER_ELEMENT);
    }

    /** Counts a search for {@code wanted} characters in {@code chars}, which in the worst case tries every place. */
    void chargeScan(long chars, long wanted) {
        charge(chars / SCANNED_CHARS_PER_UNIT + chars * Math.min(wanted, chars) / COMPARED_CHARS_PER_UNIT);
    }

    /** Makes a string that repeats another, once its size is known to be small enough. */
    String repeat(String text, long count) {
        if (count <= 0 || text.isEmpty()) {
            return "";
        }
        charge(count > MAX_WORK ? MAX_WORK + 1 : count * text.length());
        return text.repeat((int) count);
    }

    /** Fails where values lie too deep in each other to be printed or compared. */
    static int deeper(int valueDepth) {
        if (valueDepth >= MAX_VALUE_DEPTH) {
            throw new JinjaError("values lie more than " + MAX_VALUE_DEPTH + " levels deep in each other");
        }
        return valueDepth + 1;
    }
}
