package io.github.glimpse.constrain;

import io.github.glimpse.constrain.TextAutomaton.Lengths;
import java.util.Arrays;

/**
 * The tokens of a vocabulary inside JSON strings of which nothing but the length matters. They are found once, in the
 * string without limits; under limits their characters are counted. So no constraint walks them, whatever its lengths.
 * Immutable.
 */
final class StringTokens {

    private final TokenVocabulary vocabulary;

    /** Tokens that stay in the string and are not plain: they hold an escape, or a part of a character. */
    private final int[] ids;

    private final int[] characters;

    /** Symbols that lack to the end of the last character. */
    private final int[] lacking;

    private int mostLacking;

    /** Nodes of the trie at which the string ends. */
    private final int[] exits;

    private final int[] exitCharacters;
    private final long[] exitBits;

    /** The tokens that stay in a string without limits. */
    private final long[] all;

    StringTokens(TokenVocabulary vocabulary) {
        this.vocabulary = vocabulary;
        TokenTrie trie = vocabulary.special();
        int[] foundIds = new int[trie.firstId(trie.nodes())];
        int[] foundCharacters = new int[foundIds.length];
        int[] foundLacking = new int[foundIds.length];
        int[] foundExits = new int[trie.nodes()];
        int[] foundExitCharacters = new int[trie.nodes()];
        int count = 0;
        int exitCount = 0;
        Automaton automaton = string();
        MaskWalk walk = new MaskWalk(automaton, vocabulary);
        Configuration[] reached = new Configuration[trie.depthMost() + 1];
        Frame[] frames = new Frame[reached.length];
        int[] whole = new int[reached.length];
        reached[0] = walk.stepOver(automaton.start(), Frame.bottom(), '"');
        frames[0] = walk.behind();
        int ending = reached[0].length;
        for (int node = 1; node < trie.nodes(); ) {
            int depth = trie.depth(node);
            Configuration next = walk.step(reached[depth - 1], frames[depth - 1], trie.symbol(node));
            if (next == null || next.returns) {
                if (next != null) {
                    foundExits[exitCount] = node;
                    foundExitCharacters[exitCount++] = whole[depth - 1];
                }
                node = trie.behind(node);
                continue;
            }
            boolean isWhole = next.lengths != null;
            reached[depth] = next;
            frames[depth] = walk.behind();
            whole[depth] = whole[depth - 1] + (isWhole ? 1 : 0);
            for (int place = trie.firstId(node); place < trie.firstId(node + 1); place++) {
                foundIds[count] = trie.id(place);
                foundCharacters[count] = whole[depth] + (isWhole ? 0 : 1);
                foundLacking[count] = (int) (next.length + walk.behind().length - ending);
                mostLacking = Math.max(mostLacking, foundLacking[count++]);
            }
            node++;
        }
        ids = Arrays.copyOf(foundIds, count);
        characters = Arrays.copyOf(foundCharacters, count);
        lacking = Arrays.copyOf(foundLacking, count);
        exits = Arrays.copyOf(foundExits, exitCount);
        exitCharacters = Arrays.copyOf(foundExitCharacters, exitCount);
        exitBits = Arrays.stream(exits).mapToLong(trie::childBits).toArray();
        all = new long[vocabulary.words()];
        vocabulary.allowPlain(TextPattern.UNLIMITED, all);
        for (int id : ids) {
            all[id >> 6] |= 1L << id;
        }
    }

    private static Automaton string() {
        GrammarBuilder builder = new GrammarBuilder(new CompileWork());
        int start = new JsonGrammar(builder, JsonStyle.OPEN).string();
        return new Automaton(Grammar.of(builder, start), Long.MAX_VALUE);
    }

    /**
     * Allows the tokens that stay in a string.
     *
     * @param most symbols that may follow a token, up to and with the quote that ends the string
     */
    void allowInside(Lengths lengths, long most, long[] allowed) {
        if (lengths.least() == 0 && lengths.most() == TextPattern.UNLIMITED && 1 + mostLacking <= most) {
            System.arraycopy(all, 0, allowed, 0, all.length);
            return;
        }
        if (most < 1) {
            return;
        }
        vocabulary.allowPlain(lengths.most(), allowed);
        // So many characters have to be there already for the rest to be short enough.
        long before = lengths.least() - (most - 1);
        if (before > 0) {
            vocabulary.forbidPlain((int) before - 1, allowed);
        }
        for (int index = 0; index < ids.length; index++) {
            long behind = 1L + lacking[index] + Math.max(0, lengths.least() - characters[index]);
            if (characters[index] <= lengths.most() && behind <= most) {
                allowed[ids[index] >> 6] |= 1L << ids[index];
            }
        }
    }

    /** How many nodes of {@link TokenVocabulary#special()} there are at which a string ends inside a token. */
    int exits() {
        return exits.length;
    }

    int exit(int index) {
        return exits[index];
    }

    /** The exit's {@link TokenTrie#childBits}. */
    long exitBits(int index) {
        return exitBits[index];
    }

    /** Whether a string of such lengths may end at the exit. */
    boolean mayExit(int index, Lengths lengths) {
        return lengths.least() <= exitCharacters[index] && exitCharacters[index] <= lengths.most();
    }
}
