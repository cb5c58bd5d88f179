package io.github.glimpse.answer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Incremental reader of one block of calls, from the marker on. One per block.
 *
 * <p>A subclass describes its format as a sequence of elements: {@link #expectLiteral}, {@link #expectName},
 * {@link #expectValue}, {@link #expectText}; {@link #read} is called with each complete element and sets the next
 * one. Each
 * character is examined by one element, so a block is read in one pass.
 */
abstract class BlockReader {

    /** An element of the format; gives its {@link Step} for each character. */
    interface Element {
        Step take(char unit);
    }

    private final RequestTools tools;
    private final Work work;
    private final List<ReadCall> calls = new ArrayList<>();
    private final List<String> unlisted = new ArrayList<>();
    private final StringBuilder token = new StringBuilder();
    private Element element = unit -> Step.FAIL;
    private List<String> literals = List.of();
    private @Nullable ValueReader value;
    private boolean isWrong;
    private boolean isDone;

    BlockReader(RequestTools tools, Work work) {
        this.tools = tools;
        this.work = work;
    }

    /** Takes the text of an element: the literal, the name, the text up to a terminator; of a value nothing. */
    abstract void read(String text);

    /** Ends the block at the end of the answer: whether it is complete except for closing tags. */
    abstract boolean finish();

    /** Text inside of the block that belongs to the answer. */
    String text() {
        return "";
    }

    /**
     * The text that remains if the length limit cut the block.
     *
     * @param raw all characters of the block
     */
    String textIfCut(String raw) {
        return "";
    }

    /** The call whose arguments are being read, in formats where name and arguments are known before the block ends. */
    @Nullable
    OpenCall openCall() {
        return null;
    }

    /** Whether arguments are being read, or the whole block where the format does not tell them apart. */
    boolean isReadingArguments() {
        return true;
    }

    /**
     * A call that is being read.
     *
     * @param json text that holds the arguments, the beginning of a JSON object, from {@code start} to its end
     */
    record OpenCall(String name, CharSequence json, int start) {

        int length() {
            return json.length() - start;
        }

        String argumentsFrom(int position) {
            return json.subSequence(start + position, json.length()).toString();
        }
    }

    final Step take(char unit) {
        work.examine(1);
        Step step = element.take(unit);
        while (step == Step.BEFORE) {
            step = element.take(unit);
        }
        return step == Step.MORE && isDone ? Step.DONE : step;
    }

    /**
     * Units at the end of the block that are only the beginning of a literal, and are searched again if the block
     * fails.
     */
    final int begun() {
        return value != null ? value.begun() : literals.isEmpty() ? 0 : token.length();
    }

    /** The calls; empty if the content of the block is wrong. */
    final List<ReadCall> calls() {
        return isWrong ? List.of() : List.copyOf(calls);
    }

    /** Names in the block that the request does not list. */
    final List<String> unlisted() {
        return List.copyOf(unlisted);
    }

    /** The block is syntactically complete. */
    final void done() {
        isDone = true;
    }

    /** The content of the block is no call, though its syntax may go on. */
    final void wrong() {
        isWrong = true;
    }

    final boolean isWrong() {
        return isWrong;
    }

    final boolean hasCalls() {
        return !calls.isEmpty();
    }

    final @Nullable ToolParameters tool(String name) {
        return tools.parameters(name);
    }

    /** Adds a call; null arguments stand for arguments of a wrong kind. */
    final void add(@Nullable String id, String name, @Nullable String arguments) {
        if (!tools.lists(name)) {
            unlisted.add(name);
            wrong();
        } else if (arguments == null) {
            wrong();
        } else {
            calls.add(new ReadCall(id, name, arguments));
        }
    }

    /** Adds a call; null if its object describes none. */
    final void add(@Nullable JsonCall call) {
        if (call == null) {
            wrong();
        } else {
            add(call.id(), call.name(), call.arguments());
        }
    }

    final Work work() {
        return work;
    }

    /** Whether the literal is expected, and what was read of it so far, if anything, agrees. */
    final boolean mayBecome(String literal) {
        return literals.contains(literal);
    }

    /** The part of the name or text that was read. */
    final String pending() {
        return token.toString();
    }

    /** Expects one of the literals, after blanks. */
    final void expectLiteral(String... expected) {
        begin(this::literal);
        literals = List.of(expected);
    }

    private Step literal(char unit) {
        int position = token.length();
        List<String> next = new ArrayList<>(literals.size());
        for (String literal : literals) {
            if (literal.charAt(position) == unit) {
                next.add(literal);
            }
        }
        if (next.isEmpty()) {
            return position == 0 && Blanks.isBlank(unit) ? Step.MORE : Step.FAIL;
        }
        literals = next;
        token.append(unit);
        if (next.get(0).length() == token.length()) {
            read(next.get(0));
        }
        return Step.MORE;
    }

    /** Expects a name, which goes up to the first of the delimiters and has none of the forbidden characters. */
    final void expectName(String delimiters, String forbidden) {
        begin(unit -> {
            if (delimiters.indexOf(unit) >= 0) {
                read(token.toString());
                return Step.BEFORE;
            }
            if (forbidden.indexOf(unit) >= 0) {
                return Step.FAIL;
            }
            token.append(unit);
            return Step.MORE;
        });
    }

    /** Expects a value, which the reader translates. */
    final void expectValue(ValueReader reader) {
        begin(unit -> {
            Step step = reader.take(unit);
            if (step == Step.DONE || step == Step.BEFORE) {
                read("");
                return step == Step.DONE ? Step.MORE : Step.BEFORE;
            }
            return step;
        });
        value = reader;
    }

    /** Expects a JSON object, after blanks. */
    final void expectObject(ValueReader reader) {
        begin(unit -> {
            if (unit == '{') {
                expectValue(reader);
                return Step.BEFORE;
            }
            return Blanks.isBlank(unit) ? Step.MORE : Step.FAIL;
        });
    }

    /** Expects any text up to the first terminator. */
    final void expectText(LiteralSearch terminator) {
        int[] state = {0};
        begin(unit -> {
            token.append(unit);
            state[0] = terminator.step(state[0], unit);
            int match = terminator.match(state[0]);
            if (match < 0) {
                return Step.MORE;
            }
            token.setLength(token.length() - terminator.literal(match).length());
            read(token.toString());
            return Step.MORE;
        });
    }

    /** Expects an element that the subclass reads by itself. */
    final void expect(Element custom) {
        begin(custom);
    }

    /** Expects nothing but blanks. */
    final void expectEnd() {
        begin(unit -> Blanks.isBlank(unit) ? Step.MORE : Step.FAIL);
    }

    private void begin(Element next) {
        element = next;
        token.setLength(0);
        literals = List.of();
        value = null;
    }
}
