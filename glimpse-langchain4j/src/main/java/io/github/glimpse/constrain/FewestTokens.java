package io.github.glimpse.constrain;

import io.github.glimpse.constrain.ShortestWays.Edges;

/**
 * Counts the shortest ways of a grammar in tokens of a vocabulary. They are upper bounds: a token of several bytes counts
 * where these stand in one rule and no other byte could stand in their place, as in keys, literals and separators, and a
 * token that ends a value and begins what follows counts as two. Of a list of texts they are exact. In the text of a string
 * each byte is a token, as {@link StringTokens} counts too.
 */
final class FewestTokens {

    /** In a row, inside of a token. */
    private static final int MOST_SKIPS = 4;

    /** Places looked at: beyond them bytes are counted. Some ten milliseconds. */
    private static final int MOST_PLACES = 2_000_000;

    private final Grammar grammar;
    private final TokenTrie trie;
    private final Edges edges;
    private int places;

    private FewestTokens(Grammar grammar, TokenTrie trie) {
        this.grammar = grammar;
        this.trie = trie;
        int count = grammar.firstEdge(grammar.states());
        edges = new Edges(2 * count);
        for (int state = 0; state < grammar.states(); state++) {
            for (int edge = grammar.firstEdge(state); edge < grammar.firstEdge(state + 1); edge++) {
                edges.add(state, grammar.label(edge), grammar.target(edge));
            }
        }
        for (int state = 0; state < grammar.states(); state++) {
            if (grammar.length(state) != ShortestWays.NEVER) {
                below(state, state, 0, MOST_SKIPS);
            }
        }
    }

    /** The grammar, its shortest ways counted in tokens. */
    static Grammar in(Grammar grammar, TokenTrie trie) {
        FewestTokens fewest = new FewestTokens(grammar, trie);
        ShortestWays ways = new ShortestWays(
                fewest.edges, grammar.states(), grammar.accepting(), grammar.levels(), new CompileWork());
        // The way of the fewest tokens may nest deeper than an answer may; the one of the fewest bytes does not.
        return ways.needs()[grammar.start()] > Automaton.MOST_LEVELS ? grammar : grammar.with(ways);
    }

    /** Adds an edge for each token from the source on that begins with the bytes of a node, at which a state is reached. */
    private void below(int source, int state, int node, int skips) {
        if (grammar.text(state) != null || places++ > MOST_PLACES) {
            return;
        }
        for (int edge = grammar.firstEdge(state); edge < grammar.firstEdge(state + 1); edge++) {
            int label = grammar.label(edge);
            int target = grammar.target(edge);
            if (label == Grammar.SKIP && node != 0 && skips > 0) {
                below(source, target, node, skips - 1);
            } else if (label >= 0
                    && Grammar.first(label) == Grammar.last(label)
                    && Grammar.first(label) < Grammar.FIRST_MARKER) {
                int child = trie.child(node, Grammar.first(label));
                if (child >= 0) {
                    if (node != 0 && trie.hasIds(child)) {
                        edges.add(source, label, target);
                    }
                    below(source, target, child, MOST_SKIPS);
                }
            }
        }
    }
}
