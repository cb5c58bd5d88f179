package io.github.glimpse.constrain;

import java.util.List;

/** Adds the rule of an array to a grammar. */
final class ArrayRule {

    private final GrammarBuilder grammar;

    ArrayRule(GrammarBuilder grammar) {
        this.grammar = grammar;
    }

    /**
     * Adds it.
     *
     * @param start where the rule begins
     * @param first rules of the first items
     * @param rest rule of all others
     * @param least so many items there are
     * @param most so many there may be, or {@link TextPattern#UNLIMITED}
     */
    void add(int start, List<Integer> first, int rest, int least, int most) {
        int opened = grammar.text(start, "[");
        int end = grammar.state();
        grammar.accept(end);
        int closing = grammar.state();
        grammar.symbols(closing, ']', ']', end);
        if (least == 0) {
            grammar.skip(opened, closing);
        }
        int counted = most == TextPattern.UNLIMITED ? Math.max(first.size(), least) : most;
        int before = opened;
        for (int index = 0; index < counted; index++) {
            int behind = item(before, index < first.size() ? first.get(index) : rest);
            if (index + 1 >= least) {
                grammar.skip(behind, closing);
            }
            before = index + 1 == most ? behind : grammar.separator(behind, ",");
        }
        if (most == TextPattern.UNLIMITED) {
            int behind = item(before, rest);
            grammar.skip(behind, closing);
            int again = grammar.separator(behind, ",");
            grammar.call(again, rest, behind);
        }
    }

    private int item(int from, int rule) {
        int behind = grammar.state();
        grammar.level(behind);
        grammar.call(from, rule, behind);
        return behind;
    }
}
