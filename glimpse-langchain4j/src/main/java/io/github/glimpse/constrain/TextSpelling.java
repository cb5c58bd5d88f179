package io.github.glimpse.constrain;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Spells texts in bytes: as they are, or as they stand between the quotes of a JSON string. */
final class TextSpelling {

    private static final String CONTROL_ESCAPES = "\\\\\bb\ff\nn\rr\tt";
    private static final String HEXADECIMAL = "0123456789abcdef";

    private final GrammarBuilder grammar;
    private final CodePoints unescaped;

    /** Pairs of a character and the letter that stands for it after a backslash. */
    private final String shortEscapes;

    /** Rules that take one character of a set. */
    private final Map<CodePoints, Integer> characterRules = new HashMap<>();

    private TextSpelling(GrammarBuilder grammar, CodePoints unescaped, String shortEscapes) {
        this.grammar = grammar;
        this.unescaped = unescaped;
        this.shortEscapes = shortEscapes;
    }

    /** Every character stands for itself. */
    static TextSpelling plain(GrammarBuilder grammar) {
        return new TextSpelling(grammar, CodePoints.ALL, "");
    }

    /** Characters from the blank on stand for themselves; {@code "}, {@code \}, controls and U+007F are escaped. */
    static TextSpelling json(GrammarBuilder grammar) {
        return new TextSpelling(grammar, CodePoints.PLAIN, "\"\"" + CONTROL_ESCAPES);
    }

    /** As between single quotes in Python, with the escapes that JSON has too. */
    static TextSpelling python(GrammarBuilder grammar) {
        CodePoints unescaped = CodePoints.PLAIN.or(CodePoints.of('"')).minus(CodePoints.of('\''));
        return new TextSpelling(grammar, unescaped, "''" + CONTROL_ESCAPES);
    }

    private boolean escapes() {
        return !shortEscapes.isEmpty();
    }

    /** Adds the texts of an automaton, and where they end a way without a symbol to another state. */
    void add(TextAutomaton texts, int from, int to) {
        TextAutomaton.Split prepared = texts.split(grammar.work());
        TextAutomaton split = prepared.texts();
        int[] rooms = prepared.rooms();
        int text = grammar.newText();
        int[] states = new int[split.states()];
        for (int state = 0; state < states.length; state++) {
            states[state] = grammar.state();
            // Rooms count characters that are plain in JSON.
            boolean hasRoom =
                    rooms[state] >= 0 && unescaped.and(CodePoints.PLAIN).equals(CodePoints.PLAIN);
            boolean isJson = unescaped.equals(CodePoints.PLAIN);
            grammar.mark(
                    states[state],
                    text,
                    hasRoom ? rooms[state] : Grammar.UNKNOWN,
                    isJson ? prepared.lengths()[state] : null);
        }
        grammar.skip(from, states[0]);
        for (int state = 0; state < states.length; state++) {
            if (split.accepts(state)) {
                grammar.skip(states[state], to);
            }
            Map<Integer, CodePoints> byTarget = new LinkedHashMap<>();
            for (int kind = 0; kind < split.classes(); kind++) {
                int target = split.next(state, kind);
                if (target != TextAutomaton.DEAD) {
                    byTarget.merge(target, split.points(kind), CodePoints::or);
                }
                grammar.work().step();
            }
            for (Map.Entry<Integer, CodePoints> way : byTarget.entrySet()) {
                addCharacter(way.getValue(), states[state], states[way.getKey()]);
            }
        }
    }

    /** One byte leads on at once; of longer spellings one rule is shared by all states. */
    private void addCharacter(CodePoints points, int from, int to) {
        CodePoints single = unescaped.and(CodePoints.range(0, 0x7F));
        CodePoints bytes = points.and(single);
        for (int run = 0; run < bytes.runCount(); run++) {
            grammar.symbols(from, bytes.first(run), bytes.last(run), to);
        }
        CodePoints longer = points.minus(single);
        if (!longer.isEmpty()) {
            grammar.call(from, ruleOf(longer), to);
        }
    }

    private int ruleOf(CodePoints points) {
        Integer known = characterRules.get(points);
        if (known != null) {
            return known;
        }
        int start = grammar.state();
        // What may follow a character is told of the states that call this rule.
        grammar.mark(start, grammar.newText(), 0, null);
        int end = grammar.state();
        grammar.accept(end);
        Map<List<Integer>, Integer> tails = new HashMap<>();
        CodePoints raw = points.and(CodePoints.range(0x80, CodePoints.LAST));
        for (int run = 0; run < raw.runCount(); run++) {
            addUtf8(raw.first(run), raw.last(run), start, end, tails);
        }
        if (escapes()) {
            addEscapes(points.minus(raw), start, end);
        }
        characterRules.put(points, start);
        return start;
    }

    /** Cuts a run where the number of bytes changes, and where not all of the last bytes may follow. */
    private void addUtf8(int first, int last, int start, int end, Map<List<Integer>, Integer> tails) {
        for (int limit : new int[] {0x7FF, 0xFFFF}) {
            if (first <= limit && last > limit) {
                addUtf8(first, limit, start, end, tails);
                addUtf8(limit + 1, last, start, end, tails);
                return;
            }
        }
        int length = first < 0x800 ? 2 : first < 0x10000 ? 3 : 4;
        for (int tail = 1; tail < length; tail++) {
            int mask = (1 << (6 * tail)) - 1;
            if ((first & ~mask) != (last & ~mask)) {
                if ((first & mask) != 0) {
                    addUtf8(first, first | mask, start, end, tails);
                    addUtf8((first | mask) + 1, last, start, end, tails);
                    return;
                }
                if ((last & mask) != mask) {
                    addUtf8(first, (last & ~mask) - 1, start, end, tails);
                    addUtf8(last & ~mask, last, start, end, tails);
                    return;
                }
            }
        }
        int[] low = utf8(first, length);
        int[] high = utf8(last, length);
        grammar.symbols(start, low[0], high[0], tail(low, high, 1, end, tails));
    }

    private int tail(int[] low, int[] high, int from, int end, Map<List<Integer>, Integer> tails) {
        if (from == low.length) {
            return end;
        }
        List<Integer> key = IntStream.range(from, low.length)
                .flatMap(index -> IntStream.of(low[index], high[index]))
                .boxed()
                .toList();
        Integer known = tails.get(key);
        if (known == null) {
            int next = tail(low, high, from + 1, end, tails);
            known = grammar.state();
            grammar.symbols(known, low[from], high[from], next);
            tails.put(key, known);
        }
        return known;
    }

    private static int[] utf8(int point, int length) {
        int[] bytes = new int[length];
        for (int index = length - 1, rest = point; index > 0; index--, rest >>= 6) {
            bytes[index] = 0x80 | (rest & 0x3F);
        }
        int lead = length == 2 ? 0xC0 : length == 3 ? 0xE0 : 0xF0;
        bytes[0] = lead | (point >> (6 * (length - 1)));
        return bytes;
    }

    private void addEscapes(CodePoints points, int start, int end) {
        int escaped = grammar.state();
        grammar.symbols(start, '\\', '\\', escaped);
        int[] upper = new int[8];
        for (int run = 0; run < points.runCount(); run++) {
            for (int point = points.first(run); point <= points.last(run); point++) {
                for (int index = 0; index < shortEscapes.length(); index += 2) {
                    if (shortEscapes.charAt(index) == point) {
                        int name = shortEscapes.charAt(index + 1);
                        grammar.symbols(escaped, name, name, end);
                    }
                }
                if (point < 0x20 || point == 0x7F) {
                    addHexadecimal(point, escaped, end, upper);
                }
            }
        }
    }

    /** Only characters that cannot stand for themselves: else a listed name could be spelled as another one. */
    private void addHexadecimal(int point, int escaped, int end, int[] upper) {
        int high = point >> 4;
        if (upper[high] == 0) {
            int zeros = grammar.text(escaped, "u00");
            upper[high] = grammar.state();
            grammar.symbols(zeros, '0' + high, '0' + high, upper[high]);
        }
        char digit = HEXADECIMAL.charAt(point & 0xF);
        grammar.symbols(upper[high], digit, digit, end);
        if (Character.isLetter(digit)) {
            grammar.symbols(upper[high], Character.toUpperCase(digit), Character.toUpperCase(digit), end);
        }
    }
}
