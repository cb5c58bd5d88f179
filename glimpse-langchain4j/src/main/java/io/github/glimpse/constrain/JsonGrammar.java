package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Adds rules for JSON to a grammar: values, strings, numbers, literals. Each rule is made once. */
final class JsonGrammar {

    private final GrammarBuilder grammar;
    private final TextSpelling spelling;
    private final JsonStyle style;
    private final Map<String, Integer> rules = new HashMap<>();

    /** Contents that strings may have; null for any. */
    private final @Nullable TextAutomaton allowed;

    private final Quotes quotes;
    private final MemberSpelling members;

    /** Formats are the same automaton wherever they stand. */
    private final Map<TextAutomaton, Integer> texted = new HashMap<>();

    /** Quotes around strings. */
    enum Quotes {
        /** JSON's, with escapes; around keys too. */
        JSON("\""),
        /** Gemma's, without escapes; keys have none. */
        GEMMA("<|\"|>");

        private final String mark;

        Quotes(String mark) {
            this.mark = mark;
        }
    }

    JsonGrammar(GrammarBuilder grammar, JsonStyle style) {
        this(grammar, style, Quotes.JSON, List.of());
    }

    /**
     * Rules for values in another spelling.
     *
     * @param forbidden texts that no string has in it
     */
    JsonGrammar(GrammarBuilder grammar, JsonStyle style, Quotes quotes, List<String> forbidden) {
        this.grammar = grammar;
        this.style = style;
        this.quotes = quotes;
        allowed = forbidden.isEmpty() ? null : TextAutomaton.without(forbidden, grammar.work());
        spelling = quotes == Quotes.JSON ? TextSpelling.json(grammar) : TextSpelling.plain(grammar);
        members = quotes == Quotes.JSON ? new JsonMembers() : new BareMembers();
    }

    /** Spelling of objects. */
    MemberSpelling members() {
        return members;
    }

    private CompileWork work() {
        return grammar.work();
    }

    /** Any value. */
    int value() {
        Integer known = rules.get("value");
        if (known != null) {
            return known;
        }
        int start = grammar.state();
        rules.put("value", start);
        for (int each : List.of(constants("null", "true", "false"), number(), string(), array(), object())) {
            grammar.skip(start, each);
        }
        return start;
    }

    /** Any object. */
    int object() {
        Integer known = rules.get("object");
        if (known != null) {
            return known;
        }
        int start = grammar.state();
        rules.put("object", start);
        new ObjectRule(grammar, members).add(start, List.of(), new ObjectRule.Others(List.of(), value()));
        return start;
    }

    /** Any array. */
    int array() {
        Integer known = rules.get("array");
        if (known != null) {
            return known;
        }
        int start = grammar.state();
        rules.put("array", start);
        new ArrayRule(grammar).add(start, List.of(), value(), 0, TextPattern.UNLIMITED);
        return start;
    }

    /** A rule that is one of some words. */
    int constants(String... words) {
        int start = grammar.state();
        int end = grammar.state();
        grammar.accept(end);
        for (String word : words) {
            int begin = grammar.state();
            grammar.skip(start, begin);
            grammar.skip(grammar.text(begin, word), end);
        }
        return start;
    }

    /** Any string. */
    int string() {
        return string(0, TextPattern.UNLIMITED);
    }

    /** A string of so many characters. */
    int string(int least, int most) {
        return rules.computeIfAbsent(
                "string " + least + ' ' + most, key -> string(TextAutomaton.length(least, most, work())));
    }

    /** A string whose content is one of these texts. */
    int string(TextAutomaton texts) {
        return texted.computeIfAbsent(texts, this::addString);
    }

    private int addString(TextAutomaton texts) {
        int start = grammar.state();
        int opened = grammar.literal(start, quotes.mark);
        int closing = grammar.state();
        int end = grammar.literal(closing, quotes.mark);
        grammar.accept(end);
        spelling.add(allowed == null ? texts : texts.and(allowed, work()), opened, closing);
        return start;
    }

    /** A string that is none of some names. */
    int stringBut(Collection<String> names) {
        if (names.isEmpty()) {
            return string();
        }
        return string(TextAutomaton.length(0, TextPattern.UNLIMITED, work())
                .minus(TextAutomaton.words(names, work()), work()));
    }

    int integer() {
        return rules.computeIfAbsent(
                "integer",
                key -> text(
                        style.integerDigits() == JsonStyle.MOST_INTEGER_DIGITS
                                ? NumberPatterns.LONG
                                : PatternCompiler.whole(NumberPatterns.integer(style.integerDigits()), work())));
    }

    int number() {
        return rules.computeIfAbsent("number", key -> text(NumberPatterns.NUMBER));
    }

    /** A number between bounds, each of which may be missing. */
    int integer(@Nullable Bound least, @Nullable Bound most) {
        return rules.computeIfAbsent(
                "integer " + least + ' ' + most,
                key -> digits(NumberPatterns.integer(least, most, style.integerDigits())));
    }

    int number(@Nullable Bound least, @Nullable Bound most) {
        return rules.computeIfAbsent("number " + least + ' ' + most, key -> {
            Bound low = NumberPatterns.least(least);
            Bound high = NumberPatterns.most(most);
            int start = grammar.state();
            int end = grammar.state();
            grammar.accept(end);
            TextSpelling.plain(grammar).add(NumberPatterns.magnitudes(low, high, work()), start, end);
            if (low.value().signum() < 0) {
                TextAutomaton negative = NumberPatterns.magnitudes(high.negated(), low.negated(), work());
                TextSpelling.plain(grammar).add(negative, grammar.text(start, "-"), end);
            }
            return start;
        });
    }

    /** An end of a range. */
    record Bound(BigDecimal value, boolean exclusive) {

        private static final int MOST_ZEROS = 30;

        Bound {
            // The next number that can be written is farther away; what is nearer to zero would have endless digits.
            boolean tiny = value.signum() != 0 && value.precision() - value.scale() < -MOST_ZEROS;
            value = tiny ? BigDecimal.valueOf(value.signum(), MOST_ZEROS) : value;
        }

        Bound negated() {
            return new Bound(value.negate(), exclusive);
        }
    }

    private int digits(TextPattern pattern) {
        return text(PatternCompiler.whole(pattern, work()));
    }

    private int text(TextAutomaton texts) {
        int start = grammar.state();
        int end = grammar.state();
        grammar.accept(end);
        TextSpelling.plain(grammar).add(texts, start, end);
        return start;
    }

    /** One of some values, each in one spelling but for the blanks behind separators. */
    int literals(Collection<JsonNode> values) {
        int start = grammar.state();
        int end = grammar.state();
        grammar.accept(end);
        LiteralTree tree = new LiteralTree(grammar, start, quotes == Quotes.JSON ? "" : quotes.mark);
        values.forEach(value -> tree.add(value, end));
        return start;
    }

    private final class JsonMembers implements MemberSpelling {

        @Override
        public int open(int from) {
            return grammar.text(from, "{");
        }

        @Override
        public int key(int from, String name) {
            return grammar.separator(grammar.text(from, JsonText.quoted(name)), ":");
        }

        @Override
        public int otherKey(int from, Collection<String> listed) {
            int named = grammar.state();
            grammar.call(from, stringBut(listed), named);
            return grammar.separator(named, ":");
        }

        @Override
        public int afterValue(int from) {
            return from;
        }

        @Override
        public int between(int from) {
            return grammar.separator(from, ",");
        }

        @Override
        public int close(int from) {
            return grammar.text(from, "}");
        }
    }

    private final class BareMembers implements MemberSpelling {

        @Override
        public int open(int from) {
            return grammar.text(from, "{");
        }

        @Override
        public int key(int from, String name) {
            return grammar.text(from, BareNames.checked(name) + ":");
        }

        @Override
        public int otherKey(int from, Collection<String> listed) {
            return grammar.text(BareNames.addOther(grammar, from, listed), ":");
        }

        @Override
        public int afterValue(int from) {
            return from;
        }

        @Override
        public int between(int from) {
            return grammar.text(from, ",");
        }

        @Override
        public int close(int from) {
            return grammar.text(from, "}");
        }
    }
}
