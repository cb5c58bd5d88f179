package io.github.glimpse.text;

import java.util.List;

/**
 * Finds added tokens in a text: at each place the longest, from the left, without overlaps. A token may ask for blanks
 * around it, which it takes with it, or for a word of its own.
 */
final class AddedTokenFinder {

    private final TokenTrie trie = new TokenTrie();
    private final List<AddedToken> tokens;

    /** Told of tokens and of what lies between them. */
    interface Sections {
        void text(int from, int to);

        void token(int id, int from, int to);
    }

    /**
     * @param tokens   what to look for
     * @param contents how each is spelled in the text; an empty one is never found
     */
    AddedTokenFinder(List<AddedToken> tokens, List<String> contents) {
        this.tokens = tokens;
        for (int index = 0; index < tokens.size(); index++) {
            // The first of two that are spelled alike counts.
            if (!contents.get(index).isEmpty() && find(contents.get(index)) < 0) {
                trie.put(contents.get(index), index);
            }
        }
    }

    private int find(String content) {
        int node = trie.root();
        for (int index = 0; index < content.length() && node >= 0; index++) {
            node = trie.child(node, content.charAt(index));
        }
        return node < 0 ? -1 : trie.value(node);
    }

    /** Cuts a text into tokens and the rest. */
    void cut(String text, TokenSink sink, Sections sections) {
        int length = text.length();
        int done = 0;
        for (int at = trie.isEmpty() ? length : 0; at < length; ) {
            int index = -1;
            int end = at;
            int node = trie.root();
            int to = at;
            while (to < length && (node = trie.child(node, text.charAt(to))) >= 0) {
                to++;
                if (trie.value(node) >= 0) {
                    index = trie.value(node);
                    end = to;
                }
            }
            sink.work(to - at + 1);
            if (index < 0) {
                at++;
                continue;
            }
            AddedToken token = tokens.get(index);
            int start = at;
            at = end;
            if (token.singleWord() && !standsAlone(text, start, end)) {
                continue;
            }
            if (token.lstrip()) {
                while (start > done && UnicodeKinds.isSpace(text.charAt(start - 1))) {
                    start--;
                }
            }
            if (token.rstrip()) {
                while (end < length && UnicodeKinds.isSpace(text.charAt(end))) {
                    end++;
                }
            }
            // A walk over blanks is long where the text is one.
            sink.work(end - start);
            start = Math.max(start, done);
            if (start > done) {
                sections.text(done, start);
            }
            sections.token(token.id(), start, end);
            done = end;
        }
        if (done < length) {
            sections.text(done, length);
        }
    }

    private static boolean standsAlone(String text, int start, int end) {
        boolean before = start == 0 || !UnicodeKinds.isWord(text.codePointBefore(start));
        return before && (end == text.length() || !UnicodeKinds.isWord(text.codePointAt(end)));
    }
}
