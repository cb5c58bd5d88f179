package io.github.glimpse.constrain;

import org.jspecify.annotations.Nullable;

/**
 * The tokens after a configuration, as far as nothing has to be known of the stack below it. One of the forms of the
 * tokens is null. At an exit a value ends inside a token: what may follow there is up to the stack.
 *
 * @param trie whose nodes the exits are
 * @param few ids of the tokens that stay inside
 * @param many the same as a mask
 * @param gain by how much one of them makes the shortest way to the end longer, at most
 * @param exits nodes of the trie
 * @param exitBits their {@link TokenTrie#childBits}
 * @param exitConfigurations what the answer is in there
 */
record PreparedMask(
        TokenTrie trie,
        int @Nullable [] few,
        long @Nullable [] many,
        int gain,
        int[] exits,
        long[] exitBits,
        Configuration[] exitConfigurations) {

    /** What it takes beside {@code many}, which others may share. */
    int bytes() {
        return 100 + (few != null ? 4 * few.length : 0) + 16 * exits.length;
    }

    PreparedMask with(long[] shared) {
        return new PreparedMask(trie, few, shared, gain, exits, exitBits, exitConfigurations);
    }
}
