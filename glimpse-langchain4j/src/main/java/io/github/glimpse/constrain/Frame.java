package io.github.glimpse.constrain;

import org.jspecify.annotations.Nullable;

/** What waits for the value that is being written: a state of the grammar, and what waits for that. Immutable, shared. */
final class Frame {

    final int state;
    final @Nullable Frame parent;

    /** Objects and arrays that are open. */
    final int depth;

    /** Symbols of the shortest way from behind the value to the answer's end. */
    final long length;

    /** The tool whose arguments are being written; -1 if none. */
    final int tool;

    /** The last one that was put on top: the next is likely to be the same. Racy, and harmless. */
    private @Nullable Frame last;

    private Frame(int state, @Nullable Frame parent, int depth, long length, int tool) {
        this.state = state;
        this.parent = parent;
        this.depth = depth;
        this.length = length;
        this.tool = tool;
    }

    /** Below everything: behind it the answer ends. */
    static Frame bottom() {
        return new Frame(-1, null, 0, 0, -1);
    }

    Frame push(Grammar grammar, int pushed) {
        Frame known = last;
        if (known == null || known.state != pushed) {
            known = new Frame(
                    pushed,
                    this,
                    depth + grammar.level(pushed),
                    length + grammar.length(pushed),
                    grammar.tool(pushed) >= 0 ? grammar.tool(pushed) : tool);
            last = known;
        }
        return known;
    }
}
