package io.github.glimpse.constrain;

import io.github.glimpse.constrain.Configuration.Step;
import io.github.glimpse.constrain.TextAutomaton.Lengths;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Walks tokens through an automaton. One per answer: it keeps the way from the root to where it is. */
final class MaskWalk {

    static final long ANY_LENGTH = Long.MAX_VALUE;

    private static final long[] NO_MASK = {};

    private final Automaton automaton;
    private final TokenVocabulary vocabulary;
    private final Configuration[] configurations;
    private final Frame[] frames;

    /** Lies below a configuration whose mask is prepared for whatever will lie there. */
    private final Frame unknown = Frame.bottom();

    private Frame behind = unknown;
    private long most = ANY_LENGTH;

    /** What preparing finds, beside the tokens. */
    private long longest;

    private long nearest;
    private int exitCount;
    private int[] exits = new int[64];
    private Configuration[] exitConfigurations = new Configuration[64];

    MaskWalk(Automaton automaton, TokenVocabulary vocabulary) {
        this.automaton = automaton;
        this.vocabulary = vocabulary;
        configurations = new Configuration[vocabulary.longest() + 1];
        frames = new Frame[vocabulary.longest() + 1];
    }

    /**
     * One symbol further; {@link #behind()} is the stack afterwards.
     *
     * @return null if the symbol is not allowed
     */
    @Nullable
    Configuration step(Configuration from, Frame stack, int symbol) {
        Step step = automaton.step(from, symbol);
        Configuration target = step.target();
        if (target != null && step.pushed().length == 0 && !target.returns) {
            behind = stack;
            return target;
        }
        return target == null ? null : settle(target, push(stack, step.pushed()), stack);
    }

    /** As {@link #step}, of a symbol that is known to be allowed. */
    Configuration stepOver(Configuration from, Frame stack, int symbol) {
        return Objects.requireNonNull(step(from, stack, symbol));
    }

    /** Takes from the stack what has become part of the configuration; nothing comes of what nests too deep. */
    private @Nullable Configuration settle(Configuration reached, @Nullable Frame stack, Frame before) {
        Configuration target = reached;
        Frame frame = stack;
        while (frame != null && target.returns && frame.parent != null) {
            Step popped = automaton.resolve(target, frame.state);
            frame = push(frame.parent, popped.pushed());
            target = Objects.requireNonNull(popped.target());
        }
        if (frame == null || (frame != before && frame.depth + target.need > Automaton.MOST_LEVELS)) {
            return null;
        }
        behind = frame;
        return target;
    }

    private @Nullable Frame push(Frame stack, int[] pushed) {
        Frame frame = stack;
        for (int state : pushed) {
            if (frame.depth + automaton.grammar().need(state) > Automaton.MOST_LEVELS) {
                return null;
            }
            frame = frame.push(automaton.grammar(), state);
        }
        return frame;
    }

    Frame behind() {
        return behind;
    }

    /** Allows the tokens after which the answer can end within so many symbols. */
    void walk(TokenTrie trie, Configuration from, Frame stack, long length, long[] allowed) {
        most = length;
        walk(trie, 0, from, stack, allowed);
    }

    /** As {@link #walk}, for what stands below a node of the trie. */
    void walkBelow(TokenTrie trie, int node, Configuration from, Frame stack, long length, long[] allowed) {
        most = length;
        walk(trie, node, from, stack, allowed);
    }

    /** How near the end can be behind a token that stands below a node of the trie. */
    long nearestBelow(TokenTrie trie, int node, Configuration from, Frame stack) {
        most = -1;
        nearest = Long.MAX_VALUE;
        walk(trie, node, from, stack, NO_MASK);
        return nearest;
    }

    private void walk(TokenTrie trie, int root, Configuration from, Frame stack, long[] allowed) {
        int base = trie.depth(root);
        configurations[base] = from;
        frames[base] = stack;
        int end = trie.behind(root);
        for (int node = root + 1; node < end; ) {
            int depth = trie.depth(node);
            Configuration reached = step(configurations[depth - 1], frames[depth - 1], trie.symbol(node));
            if (reached == null) {
                node = trie.behind(node);
                continue;
            }
            int firstId = trie.firstId(node);
            int endId = trie.firstId(node + 1);
            if (firstId < endId) {
                long length = reached.length + behind.length;
                longest = Math.max(longest, length);
                nearest = Math.min(nearest, length);
                for (int place = firstId; length <= most && place < endId; place++) {
                    int id = trie.id(place);
                    allowed[id >> 6] |= 1L << id;
                }
            }
            int next = trie.behind(node);
            if (next == node + 1) {
                node = next;
            } else if (reached.returns && behind == unknown) {
                exit(node, reached);
                node = next;
            } else {
                configurations[depth] = reached;
                frames[depth] = behind;
                node++;
            }
        }
    }

    private void exit(int node, Configuration configuration) {
        if (exitCount == exits.length) {
            exits = Arrays.copyOf(exits, 2 * exitCount);
            exitConfigurations = Arrays.copyOf(exitConfigurations, 2 * exitCount);
        }
        exits[exitCount] = node;
        exitConfigurations[exitCount++] = configuration;
    }

    /** Works out what of a configuration's mask does not depend on the stack. */
    PreparedMask prepare(Configuration from) {
        long[] allowed = new long[vocabulary.words()];
        exitCount = 0;
        longest = 0;
        most = ANY_LENGTH;
        TokenTrie trie = vocabulary.all();
        if (from.plainRoom > 0) {
            // Most tokens are allowed by what they are made of.
            trie = vocabulary.special();
            vocabulary.allowPlain(from.plainRoom, allowed);
            longest = (long) from.length + from.plainGain;
        }
        walk(trie, 0, from, unknown, allowed);
        int count = 0;
        for (long word : allowed) {
            count += Long.bitCount(word);
        }
        // A list of ids is as fast as a mask up to there, and smaller.
        boolean isFew = count < 2 * allowed.length;
        int[] few = isFew ? new int[count] : null;
        for (int word = 0, at = 0; few != null && word < allowed.length; word++) {
            for (long bits = allowed[word]; bits != 0; bits &= bits - 1) {
                few[at++] = 64 * word + Long.numberOfTrailingZeros(bits);
            }
        }
        long[] exitBits = new long[exitCount];
        for (int exit = 0; exit < exitCount; exit++) {
            exitBits[exit] = trie.childBits(exits[exit]);
        }
        return new PreparedMask(
                trie,
                few,
                isFew ? null : allowed,
                (int) Math.min(Math.max(0, longest - from.length), Integer.MAX_VALUE),
                Arrays.copyOf(exits, exitCount),
                exitBits,
                Arrays.copyOf(exitConfigurations, exitCount));
    }

    /** Allows what may follow in a JSON string of which nothing but the length matters. */
    void walkString(Lengths lengths, Frame stack, long length, long[] allowed) {
        StringTokens strings = vocabulary.strings();
        TokenTrie trie = vocabulary.special();
        strings.allowInside(lengths, length == ANY_LENGTH ? length : length - stack.length, allowed);
        Configuration ended = settle(automaton.ended(), stack, stack);
        if (ended == null) {
            return;
        }
        most = length;
        Frame frame = behind;
        boolean inTime = ended.length + frame.length <= length;
        for (int index = 0; index < strings.exits(); index++) {
            if (!strings.mayExit(index, lengths)) {
                continue;
            }
            int node = strings.exit(index);
            for (int place = trie.firstId(node); inTime && place < trie.firstId(node + 1); place++) {
                allowed[trie.id(place) >> 6] |= 1L << trie.id(place);
            }
            if ((ended.firsts & strings.exitBits(index)) != 0) {
                walk(trie, node, ended, frame, allowed);
            }
        }
    }

    /** Allows what follows behind the exits of a prepared mask, with the stack as it is now. */
    void walkExits(PreparedMask prepared, Frame stack, long length, long[] allowed) {
        TokenTrie trie = prepared.trie();
        most = length;
        Configuration before = null;
        Configuration resolved = null;
        Frame frame = stack;
        for (int index = 0; index < prepared.exits().length; index++) {
            Configuration exit = prepared.exitConfigurations()[index];
            if (exit != before) {
                before = exit;
                resolved = settle(exit, stack, stack);
                frame = behind;
            }
            if (resolved != null && (resolved.firsts & prepared.exitBits()[index]) != 0) {
                walk(trie, prepared.exits()[index], resolved, frame, allowed);
            }
        }
    }
}
