package io.github.glimpse.answer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Incremental reader of one value in a {@link Dialect}, translated to JSON while it is read.
 *
 * <p>Reads strictly: the first character that cannot belong to the value is refused. JSON is passed through as
 * written. The
 * nesting is kept on the heap and limited to {@link ArgumentJson#MAX_DEPTH}.
 */
final class ValueReader {

    private enum State {
        VALUE,
        VALUE_OR_END,
        KEY,
        KEY_OR_END,
        COLON,
        AFTER,
        STRING,
        ESCAPE,
        HEX,
        NUMBER,
        WORD,
        MARK,
        MARKED,
        BARE_KEY
    }

    private static final LiteralSearch MARK = new LiteralSearch(List.of("<|\"|>"));
    private static final String ESCAPES = "\"\\/bfnrt";
    private static final int HEX_DIGITS = 4;

    private final Dialect dialect;
    private final boolean collectsMembers;
    private final StringBuilder out = new StringBuilder();
    private final StringBuilder nesting = new StringBuilder();
    private final Deque<Set<String>> keys = new ArrayDeque<>();
    private final Map<String, String> members = new LinkedHashMap<>();
    private final NumberReader number = new NumberReader();
    private final StringBuilder word = new StringBuilder();
    private State state = State.VALUE;
    private boolean isKey;
    private char quote;
    private int hexDigits;
    private int mark;
    private int tokenStart;
    private int memberStart = -1;
    private String memberKey = "";
    private boolean repeatsKey;

    ValueReader(Dialect dialect) {
        this(dialect, false);
    }

    private ValueReader(Dialect dialect, boolean collectsMembers) {
        this.dialect = dialect;
        this.collectsMembers = collectsMembers;
    }

    /** A reader of a JSON object that keeps its members apart. */
    static ValueReader ofMembers() {
        return new ValueReader(Dialect.JSON, true);
    }

    /** The value as JSON, as far as it was read. */
    CharSequence json() {
        return out;
    }

    /** The complete value as JSON in which each key occurs once. */
    String value() {
        return repeatsKey ? ArgumentJson.withoutRepeatedKeys(out.toString()) : out.toString();
    }

    /** The members of the outermost object that are complete, as JSON. */
    Map<String, String> members() {
        return members;
    }

    /** Key of the member of the outermost object whose value is being read; null between members. */
    @Nullable
    String openMember() {
        return memberStart < 0 ? null : memberKey;
    }

    /** Position in {@link #json()} at which the open member's value begins. */
    int openValueStart() {
        return memberStart;
    }

    boolean hasRepeatedKeys() {
        return repeatsKey;
    }

    /** Units at the end of what was consumed that are only the beginning of a mark. */
    int begun() {
        return state == State.MARK ? MARK.tail(mark).length() : 0;
    }

    Step take(char unit) {
        return switch (state) {
            case VALUE, VALUE_OR_END -> value(unit);
            case KEY, KEY_OR_END -> key(unit);
            case COLON -> colon(unit);
            case AFTER -> after(unit);
            case STRING -> string(unit);
            case ESCAPE -> escape(unit);
            case HEX -> hex(unit);
            case NUMBER -> number(unit);
            case WORD -> word(unit);
            case MARK -> mark(unit);
            case MARKED -> marked(unit);
            case BARE_KEY -> bareKey(unit);
        };
    }

    private Step blank(char unit) {
        if (!dialect.isTranslated()) {
            out.append(unit);
        }
        return Step.MORE;
    }

    private Step value(char unit) {
        if (Blanks.isBlank(unit)) {
            return blank(unit);
        }
        if (unit == ']' && state == State.VALUE_OR_END) {
            return close(unit);
        }
        beginToken(false);
        if (unit == '{' || unit == '[') {
            return open(unit);
        }
        if (beginsString(unit)) {
            return Step.MORE;
        }
        if (number.begins(unit)) {
            out.append(unit);
            state = State.NUMBER;
            return Step.MORE;
        }
        word.setLength(0);
        word.append(unit);
        state = State.WORD;
        return dialect.isWordBeginning(word) ? Step.MORE : Step.FAIL;
    }

    private void beginToken(boolean beginsKey) {
        isKey = beginsKey;
        tokenStart = out.length();
        if (collectsMembers && !isKey && isOutermostObject()) {
            memberStart = tokenStart;
        }
    }

    private boolean isOutermostObject() {
        return nesting.length() == 1 && nesting.charAt(0) == '{';
    }

    private boolean beginsString(char unit) {
        if (dialect == Dialect.GEMMA) {
            mark = MARK.step(0, unit);
            state = State.MARK;
            return mark != 0;
        }
        quote = unit;
        if (unit == '"' || (unit == '\'' && dialect == Dialect.PYTHON)) {
            out.append('"');
            state = State.STRING;
            return true;
        }
        return false;
    }

    private Step open(char unit) {
        if (nesting.length() == ArgumentJson.MAX_DEPTH) {
            return Step.FAIL;
        }
        nesting.append(unit);
        keys.push(unit == '{' ? new HashSet<>() : Set.of());
        out.append(unit);
        state = unit == '{' ? State.KEY_OR_END : State.VALUE_OR_END;
        return Step.MORE;
    }

    private Step close(char unit) {
        if (out.charAt(out.length() - 1) == ',') {
            // Python's comma before the closing bracket
            out.setLength(out.length() - 1);
        }
        out.append(unit);
        nesting.setLength(nesting.length() - 1);
        keys.pop();
        return endValue();
    }

    private Step endValue() {
        if (nesting.length() == 0) {
            return Step.DONE;
        }
        if (memberStart >= 0 && isOutermostObject()) {
            members.put(memberKey, out.substring(memberStart));
            memberStart = -1;
        }
        state = State.AFTER;
        return Step.MORE;
    }

    private Step endKey() {
        String text = ArgumentJson.unquoted(out.subSequence(tokenStart, out.length()));
        if (text == null) {
            return Step.FAIL;
        }
        repeatsKey |= !keys.element().add(text);
        if (nesting.length() == 1) {
            memberKey = text;
        }
        state = State.COLON;
        return Step.MORE;
    }

    private Step key(char unit) {
        if (Blanks.isBlank(unit)) {
            return blank(unit);
        }
        if (unit == '}' && state == State.KEY_OR_END) {
            return close(unit);
        }
        beginToken(true);
        if (dialect == Dialect.GEMMA) {
            out.append('"');
            state = State.BARE_KEY;
            word.setLength(0);
            return bareKey(unit);
        }
        return beginsString(unit) ? Step.MORE : Step.FAIL;
    }

    private Step bareKey(char unit) {
        if (unit == ':') {
            String key = Blanks.strip(word.toString());
            if (key.isEmpty()) {
                return Step.FAIL;
            }
            out.setLength(tokenStart);
            out.append(ArgumentJson.quoted(key));
            Step ended = endKey();
            return ended == Step.MORE ? colon(unit) : ended;
        }
        if ("{}[],<\"".indexOf(unit) >= 0) {
            return Step.FAIL;
        }
        word.append(unit);
        return Step.MORE;
    }

    private Step colon(char unit) {
        if (unit == ':') {
            out.append(unit);
            state = State.VALUE;
            return Step.MORE;
        }
        return Blanks.isBlank(unit) ? blank(unit) : Step.FAIL;
    }

    private Step after(char unit) {
        if (Blanks.isBlank(unit)) {
            return blank(unit);
        }
        boolean inObject = nesting.charAt(nesting.length() - 1) == '{';
        if (unit == (inObject ? '}' : ']')) {
            return close(unit);
        }
        if (unit != ',') {
            return Step.FAIL;
        }
        out.append(unit);
        if (dialect == Dialect.PYTHON) {
            state = inObject ? State.KEY_OR_END : State.VALUE_OR_END;
        } else {
            state = inObject ? State.KEY : State.VALUE;
        }
        return Step.MORE;
    }

    private Step string(char unit) {
        if (unit == quote) {
            out.append('"');
            return isKey ? endKey() : endValue();
        }
        if (unit == '\\') {
            state = State.ESCAPE;
            return Step.MORE;
        }
        if (unit < ' ' && (dialect == Dialect.JSON || unit == '\n' || unit == '\r')) {
            return Step.FAIL;
        }
        if (dialect == Dialect.JSON) {
            out.append(unit);
        } else {
            ArgumentJson.appendEscaped(out, unit);
        }
        return Step.MORE;
    }

    private Step escape(char unit) {
        state = State.STRING;
        if (unit == '\'' && dialect == Dialect.PYTHON) {
            out.append(unit);
            return Step.MORE;
        }
        if (unit == 'u') {
            state = State.HEX;
            hexDigits = HEX_DIGITS;
        } else if (ESCAPES.indexOf(unit) < 0) {
            return Step.FAIL;
        }
        out.append('\\').append(unit);
        return Step.MORE;
    }

    private Step hex(char unit) {
        if (unit > 'f' || Character.digit(unit, 16) < 0) {
            return Step.FAIL;
        }
        out.append(unit);
        if (--hexDigits == 0) {
            state = State.STRING;
        }
        return Step.MORE;
    }

    private Step number(char unit) {
        if (number.goesOn(unit)) {
            out.append(unit);
            return Step.MORE;
        }
        return number.isComplete() ? endBefore(unit) : Step.FAIL;
    }

    private Step word(char unit) {
        word.append(unit);
        if (dialect.isWordBeginning(word)) {
            return Step.MORE;
        }
        word.setLength(word.length() - 1);
        String json = dialect.word(word);
        if (json == null) {
            return Step.FAIL;
        }
        out.append(json);
        return endBefore(unit);
    }

    /** The value ended with the unit before this one. */
    private Step endBefore(char unit) {
        return endValue() == Step.DONE ? Step.BEFORE : after(unit);
    }

    private Step mark(char unit) {
        int next = MARK.step(mark, unit);
        if (MARK.tail(next).length() != MARK.tail(mark).length() + 1) {
            return Step.FAIL;
        }
        mark = next;
        if (MARK.match(mark) >= 0) {
            mark = 0;
            out.append('"');
            state = State.MARKED;
        }
        return Step.MORE;
    }

    private Step marked(char unit) {
        String tail = MARK.tail(mark);
        mark = MARK.step(mark, unit);
        int released = tail.length() + 1 - MARK.held(mark);
        for (int index = 0; index < released; index++) {
            ArgumentJson.appendEscaped(out, index < tail.length() ? tail.charAt(index) : unit);
        }
        if (MARK.match(mark) < 0) {
            return Step.MORE;
        }
        mark = 0;
        out.append('"');
        return endValue();
    }
}
