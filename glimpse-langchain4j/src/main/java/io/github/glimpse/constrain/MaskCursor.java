package io.github.glimpse.constrain;

import io.github.glimpse.constrain.TextAutomaton.Lengths;
import java.util.Arrays;

/** The cursor of every constraint. */
final class MaskCursor implements ConstraintCursor {

    private static final byte[] MARKER = new byte[0];

    private final ConstraintTables tables;
    private final MaskWalk walk;
    private Configuration configuration;
    private Frame stack;
    private boolean atBeginning;
    private int calls;

    MaskCursor(ConstraintTables tables) {
        this.tables = tables;
        walk = new MaskWalk(tables.automaton(), tables.vocabulary());
        configuration = tables.automaton().start();
        stack = Frame.bottom();
        atBeginning = tables.vocabulary().stripsFirstBlank();
    }

    @Override
    public void mask(long[] allowed) {
        write(allowed, MaskWalk.ANY_LENGTH);
    }

    @Override
    public void mask(long[] allowed, int tokensLeft) {
        write(allowed, Math.max(tokensLeft, leastTokens()) - 1L);
    }

    private void write(long[] allowed, long length) {
        TokenVocabulary vocabulary = tables.vocabulary();
        if (allowed.length != vocabulary.words()) {
            throw new IllegalArgumentException(
                    "The mask has " + allowed.length + " longs, the vocabulary needs " + vocabulary.words());
        }
        Arrays.fill(allowed, 0);
        Lengths lengths = configuration.lengths;
        if (atBeginning) {
            writeFirst(allowed, length);
        } else if (lengths != null) {
            walk.walkString(lengths, stack, length, allowed);
        } else if (tables.mayNestTooDeep(stack.depth)) {
            walk.walk(vocabulary.all(), configuration, stack, length, allowed);
        } else {
            PreparedMask prepared = tables.prepared(configuration, walk);
            if (length == MaskWalk.ANY_LENGTH || configuration.length + stack.length + prepared.gain() <= length) {
                writePrepared(prepared, allowed);
                walk.walkExits(prepared, stack, length, allowed);
            } else {
                writeUnprepared(allowed, length);
            }
        }
        for (int symbol = Grammar.FIRST_MARKER; symbol < tables.endOfMarkers(); symbol++) {
            Configuration reached = walk.step(configuration, stack, symbol);
            if (reached != null && reached.length + walk.behind().length <= length) {
                int id = tables.marker(symbol);
                allowed[id >> 6] |= 1L << id;
            }
        }
        if (complete()) {
            for (int id : vocabulary.endIds()) {
                allowed[id >> 6] |= 1L << id;
            }
        }
    }

    private static void writePrepared(PreparedMask prepared, long[] allowed) {
        int[] few = prepared.few();
        long[] many = prepared.many();
        if (many != null) {
            System.arraycopy(many, 0, allowed, 0, many.length);
        } else if (few != null) {
            for (int id : few) {
                allowed[id >> 6] |= 1L << id;
            }
        }
    }

    /** In the middle of a text most tokens are allowed by what they are made of; the rest is walked. */
    private void writeUnprepared(long[] allowed, long length) {
        TokenVocabulary vocabulary = tables.vocabulary();
        long longest = configuration.length + stack.length + configuration.plainGain;
        if (configuration.plainRoom > 0 && longest <= length) {
            vocabulary.allowPlain(configuration.plainRoom, allowed);
            walk.walk(vocabulary.special(), configuration, stack, length, allowed);
        } else {
            walk.walk(vocabulary.all(), configuration, stack, length, allowed);
        }
    }

    /** The first token counts without its leading blank, and a blank alone counts as nothing. */
    private void writeFirst(long[] allowed, long length) {
        TokenTrie trie = tables.vocabulary().all();
        walk.walk(trie, configuration, stack, length, allowed);
        int blank = trie.child(0, ' ');
        if (blank < 0) {
            return;
        }
        // What the walk allowed below the blank was read with it.
        boolean inTime = configuration.length + stack.length <= length;
        for (int place = trie.firstId(blank); place < trie.firstId(trie.behind(blank)); place++) {
            int id = trie.id(place);
            boolean alone = place < trie.firstId(blank + 1);
            allowed[id >> 6] &= ~(1L << id);
            allowed[id >> 6] |= alone && inTime ? 1L << id : 0;
        }
        walk.walkBelow(trie, blank, configuration, stack, length, allowed);
    }

    @Override
    public void accept(int id, ConstraintListener events) {
        if (complete() && tables.vocabulary().isEnd(id)) {
            return;
        }
        int symbol = Grammar.FIRST_MARKER;
        while (symbol < tables.endOfMarkers() && tables.marker(symbol) != id) {
            symbol++;
        }
        byte[] bytes =
                symbol < tables.endOfMarkers() ? MARKER : tables.vocabulary().bytesOf(id);
        if (bytes == null) {
            throw refused(id);
        }
        int from = atBeginning && bytes.length > 0 && bytes[0] == ' ' ? 1 : 0;
        Configuration reached = configuration;
        Frame frame = stack;
        Frame[] frames = new Frame[bytes.length + 1];
        for (int at = from; at < Math.max(bytes.length, bytes == MARKER ? 1 : 0); at++) {
            Configuration next = walk.step(reached, frame, bytes == MARKER ? symbol : bytes[at] & 0xFF);
            if (next == null) {
                throw refused(id);
            }
            reached = next;
            frame = walk.behind();
            frames[at] = frame;
        }
        int before = stack.tool;
        configuration = reached;
        stack = frame;
        atBeginning = false;
        tell(bytes, from, frames, before, events);
    }

    private void tell(byte[] bytes, int from, Frame[] frames, int before, ConstraintListener events) {
        int tool = before;
        int begin = from;
        for (int at = from; at < bytes.length; at++) {
            int next = frames[at].tool;
            if (tool < 0 && next >= 0) {
                events.callBegins(calls, tables.toolName(next));
                begin = at;
            } else if (tool >= 0 && next < 0) {
                events.arguments(calls, bytes, begin, at + 1);
                events.callEnds(calls++);
            }
            tool = next;
        }
        if (tool >= 0 && begin < bytes.length) {
            events.arguments(calls, bytes, begin, bytes.length);
        }
    }

    private static IllegalArgumentException refused(int id) {
        return new IllegalArgumentException("The token " + id
                + " is not allowed here; take one of the mask, and look whether the model's scores are numbers");
    }

    @Override
    public boolean complete() {
        return configuration.returns;
    }

    @Override
    public boolean finished() {
        return configuration.returns && configuration.states.length == 0;
    }

    @Override
    public int leastTokens() {
        long length = configuration.length + stack.length;
        return (int) Math.min(atBeginning && length > 0 ? leastAtBeginning() : length, Integer.MAX_VALUE);
    }

    /** The first token counts without its leading blank: a way that begins with a blank costs a token more. */
    private int leastAtBeginning() {
        if (tables.leastAtBeginning() == 0) {
            tables.leastAtBeginning((int) Math.min(1 + nearestBehindFirst(), Integer.MAX_VALUE));
        }
        return tables.leastAtBeginning();
    }

    private long nearestBehindFirst() {
        TokenTrie trie = tables.vocabulary().all();
        long nearest = Long.MAX_VALUE;
        for (int child = 1; child < trie.nodes(); child = trie.behind(child)) {
            boolean isBlank = trie.symbol(child) == ' ';
            Configuration reached = isBlank ? configuration : walk.step(configuration, stack, trie.symbol(child));
            if (reached != null) {
                Frame frame = isBlank ? stack : walk.behind();
                nearest = trie.hasIds(child) ? Math.min(nearest, reached.length + frame.length) : nearest;
                nearest = Math.min(nearest, walk.nearestBelow(trie, child, reached, frame));
            }
        }
        for (int symbol = Grammar.FIRST_MARKER; symbol < tables.endOfMarkers(); symbol++) {
            Configuration reached = walk.step(configuration, stack, symbol);
            nearest = reached == null ? nearest : Math.min(nearest, reached.length + walk.behind().length);
        }
        return nearest;
    }

    /** Ways at once, where the answer is. */
    int ways() {
        return configuration.states.length;
    }

    Automaton automaton() {
        return tables.automaton();
    }

    @Override
    public ConstraintCursor copy() {
        MaskCursor copy = new MaskCursor(tables);
        copy.configuration = configuration;
        copy.stack = stack;
        copy.atBeginning = atBeginning;
        copy.calls = calls;
        return copy;
    }
}
