package io.github.glimpse.answer;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Aho-Corasick automaton: incremental search for the first of some literals, one table look-up per UTF-16 unit.
 *
 * <p>Immutable and safe for concurrent use; the caller keeps the state, an int that is 0 at the start.
 */
public final class LiteralSearch {

    private static final int NONE = -1;

    private final List<String> literals;

    /** Distinct units of the literals; any other unit leads to state 0. */
    private final char[] alphabet;

    private final int[][] next;
    private final String[] paths;
    private final int[] matches;

    /** Builds the automaton of some literals. */
    public LiteralSearch(List<String> literals) {
        this.literals = List.copyOf(literals);
        String all = String.join("", literals);
        char[] units = all.toCharArray();
        Arrays.sort(units);
        int distinct = 0;
        for (char unit : units) {
            if (distinct == 0 || units[distinct - 1] != unit) {
                units[distinct++] = unit;
            }
        }
        alphabet = Arrays.copyOf(units, distinct);
        next = new int[all.length() + 1][distinct];
        paths = new String[all.length() + 1];
        matches = new int[all.length() + 1];
        Arrays.fill(matches, NONE);
        paths[0] = "";
        link(build());
    }

    /** Builds the trie, and returns the number of its states. */
    private int build() {
        int states = 1;
        for (int literal = 0; literal < literals.size(); literal++) {
            int state = 0;
            for (char unit : literals.get(literal).toCharArray()) {
                int symbol = Arrays.binarySearch(alphabet, unit);
                if (next[state][symbol] == 0) {
                    paths[states] = paths[state] + unit;
                    next[state][symbol] = states++;
                }
                state = next[state][symbol];
            }
            matches[state] = literal;
        }
        return states;
    }

    /** Completes the transitions by the longest suffix that is a path, breadth first. */
    private void link(int states) {
        int[] suffix = new int[states];
        Deque<Integer> open = new ArrayDeque<>();
        for (int child : next[0]) {
            if (child != 0) {
                open.add(child);
            }
        }
        for (Integer state = open.poll(); state != null; state = open.poll()) {
            if (matches[state] == NONE) {
                matches[state] = matches[suffix[state]];
            }
            for (int symbol = 0; symbol < alphabet.length; symbol++) {
                int child = next[state][symbol];
                if (child == 0) {
                    next[state][symbol] = next[suffix[state]][symbol];
                } else {
                    suffix[child] = next[suffix[state]][symbol];
                    open.add(child);
                }
            }
        }
    }

    /** The state after one more unit. */
    public int step(int state, char unit) {
        int symbol = Arrays.binarySearch(alphabet, unit);
        return symbol < 0 ? 0 : next[state][symbol];
    }

    /** The longest end of the text so far that is the beginning of a literal. */
    String tail(int state) {
        return paths[state];
    }

    /** Index of the literal that the text so far ends with, or -1. */
    public int match(int state) {
        return matches[state];
    }

    /** Units of the text so far that may belong to a literal: those of the matched one, else of the longest tail. */
    int held(int state) {
        int match = matches[state];
        return match < 0 ? paths[state].length() : literals.get(match).length();
    }

    String literal(int index) {
        return literals.get(index);
    }
}
