package io.github.glimpse.constrain;

/** The fewest tokens from each place in a {@link LiteralTree} of texts to the end of the nearest text. */
final class FewestTokens {

    private final Grammar grammar;
    private final TokenTrie trie;
    private final int[] lengths;
    private final int atBeginning;

    FewestTokens(Grammar grammar, TokenTrie trie) {
        this.grammar = grammar;
        this.trie = trie;
        lengths = new int[grammar.states()];
        // A tree's states follow those that lead to them, but for the one behind all texts.
        for (int state = lengths.length - 1; state >= 0; state--) {
            lengths[state] = grammar.length(state) == 0 ? 0 : below(state, 0);
        }
        atBeginning = fewestAtBeginning();
    }

    int[] lengths() {
        return lengths;
    }

    /** From the first place, where a token counts without its leading blank. */
    int atBeginning() {
        return atBeginning;
    }

    private int fewestAtBeginning() {
        int start = grammar.start();
        int blank = trie.child(0, ' ');
        int least = Integer.MAX_VALUE;
        for (int edge = grammar.firstEdge(start); edge < grammar.firstEdge(start + 1); edge++) {
            if (Grammar.first(grammar.label(edge)) != ' ') {
                least = Math.min(least, through(edge, 0));
            }
        }
        if (blank >= 0) {
            least = Math.min(least, below(start, blank));
            least = trie.hasIds(blank) ? Math.min(least, 1 + lengths[start]) : least;
        }
        return least;
    }

    /** Tokens from a state on, the first one below a node. */
    private int below(int state, int node) {
        int least = Integer.MAX_VALUE;
        for (int edge = grammar.firstEdge(state); edge < grammar.firstEdge(state + 1); edge++) {
            least = Math.min(least, through(edge, node));
        }
        return least;
    }

    private int through(int edge, int node) {
        int label = grammar.label(edge);
        int child = label < 0 ? -1 : trie.child(node, Grammar.first(label));
        if (child < 0) {
            return Integer.MAX_VALUE;
        }
        int target = grammar.target(edge);
        int least = below(target, child);
        return trie.hasIds(child) ? Math.min(least, 1 + lengths[target]) : least;
    }
}
