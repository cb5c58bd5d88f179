package io.github.glimpse.constrain;

import io.github.glimpse.answer.LiteralSearch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A set of texts as a deterministic automaton over characters. State 0 is the beginning. Characters that it does not tell
 * apart are one class, a run that begins with {@code firsts[class]}. Immutable.
 */
final class TextAutomaton {

    static final int DEAD = -1;

    private final int[] firsts;
    private final int[] next;
    private final BitSet accepting;
    private final int states;
    private volatile @Nullable Split split;

    TextAutomaton(int[] firsts, int[] next, BitSet accepting) {
        this.firsts = firsts;
        this.next = next;
        this.accepting = accepting;
        states = next.length / firsts.length;
    }

    int states() {
        return states;
    }

    int classes() {
        return firsts.length;
    }

    boolean accepts(int state) {
        return accepting.get(state);
    }

    /** The state behind a character of the class, or {@link #DEAD}. */
    int next(int state, int kind) {
        return next[state * firsts.length + kind];
    }

    /** The characters of a class. */
    CodePoints points(int kind) {
        int last = kind + 1 < firsts.length ? firsts[kind + 1] - 1 : CodePoints.LAST;
        return CodePoints.range(firsts[kind], last);
    }

    private int classOf(int point) {
        int found = Arrays.binarySearch(firsts, point);
        return found >= 0 ? found : -found - 2;
    }

    boolean matches(String text) {
        int state = 0;
        for (int at = 0; at < text.length() && state != DEAD; at += Character.charCount(text.codePointAt(at))) {
            state = next(state, classOf(text.codePointAt(at)));
        }
        return state != DEAD && accepting.get(state);
    }

    /** All texts with so many characters. */
    static TextAutomaton length(int least, int most, CompileWork work) {
        boolean open = most == TextPattern.UNLIMITED;
        int last = open ? least : most;
        work.states(last);
        int[] next = new int[last + 1];
        for (int state = 0; state <= last; state++) {
            next[state] = state < last ? state + 1 : open ? last : DEAD;
        }
        BitSet accepting = new BitSet();
        accepting.set(least, last + 1);
        return new TextAutomaton(new int[] {0}, next, accepting);
    }

    /** All texts in which none of some others occurs. */
    static TextAutomaton without(List<String> others, CompileWork work) {
        LiteralSearch search = new LiteralSearch(others);
        TreeSet<Integer> boundaries = new TreeSet<>(List.of(0));
        others.stream().flatMapToInt(String::chars).forEach(unit -> {
            boundaries.add(unit);
            boundaries.add(unit + 1);
        });
        int[] firsts = boundaries.stream().mapToInt(Integer::intValue).toArray();
        List<Integer> found = new ArrayList<>(List.of(0));
        int[] next = new int[0];
        for (int state = 0; state < found.size(); state++) {
            work.steps(firsts.length);
            next = Arrays.copyOf(next, (state + 1) * firsts.length);
            for (int kind = 0; kind < firsts.length; kind++) {
                // A class that begins beyond the last unit of the others leads back to the beginning.
                int reached = search.step(found.get(state), (char) firsts[kind]);
                if (search.match(reached) < 0 && !found.contains(reached)) {
                    found.add(reached);
                }
                next[state * firsts.length + kind] = search.match(reached) < 0 ? found.indexOf(reached) : DEAD;
            }
        }
        BitSet accepting = new BitSet();
        accepting.set(0, found.size());
        return new TextAutomaton(firsts, next, accepting);
    }

    /** Exactly these texts. */
    static TextAutomaton words(Iterable<String> words, CompileWork work) {
        TreeSet<Integer> boundaries = new TreeSet<>(List.of(0));
        List<Map<Integer, Integer>> nodes = new ArrayList<>(List.of(new HashMap<>()));
        BitSet accepting = new BitSet();
        for (String word : words) {
            int node = 0;
            for (int at = 0; at < word.length(); at += Character.charCount(word.codePointAt(at))) {
                int point = word.codePointAt(at);
                boundaries.add(point);
                boundaries.add(Math.min(point + 1, CodePoints.LAST));
                Integer known = nodes.get(node).get(point);
                if (known == null) {
                    known = nodes.size();
                    nodes.get(node).put(point, known);
                    nodes.add(new HashMap<>());
                }
                node = known;
                work.step();
            }
            accepting.set(node);
        }
        int[] firsts = boundaries.stream().mapToInt(Integer::intValue).toArray();
        work.steps((long) nodes.size() * firsts.length / 8);
        int[] next = new int[nodes.size() * firsts.length];
        Arrays.fill(next, DEAD);
        for (int node = 0; node < nodes.size(); node++) {
            int row = node * firsts.length;
            nodes.get(node).forEach((point, target) -> next[row + Arrays.binarySearch(firsts, point)] = target);
        }
        return new TextAutomaton(firsts, next, accepting);
    }

    /** The texts that are in both. */
    TextAutomaton and(TextAutomaton other, CompileWork work) {
        return product(other, false, work);
    }

    /** The texts that are here and not there. */
    TextAutomaton minus(TextAutomaton other, CompileWork work) {
        return product(other, true, work);
    }

    private TextAutomaton product(TextAutomaton other, boolean without, CompileWork work) {
        TreeSet<Integer> boundaries = new TreeSet<>();
        Arrays.stream(firsts).forEach(boundaries::add);
        Arrays.stream(other.firsts).forEach(boundaries::add);
        int[] kinds = boundaries.stream().mapToInt(Integer::intValue).toArray();
        Map<Long, Integer> numbers = new HashMap<>();
        List<long[]> pairs = new ArrayList<>();
        numbers.put(pair(0, 0), 0);
        pairs.add(new long[] {0, 0});
        int[] table = new int[kinds.length * 16];
        BitSet ends = new BitSet();
        for (int state = 0; state < pairs.size(); state++) {
            int left = (int) pairs.get(state)[0];
            int right = (int) pairs.get(state)[1];
            boolean there = right != DEAD && other.accepting.get(right);
            ends.set(state, accepting.get(left) && there != without);
            work.steps(kinds.length);
            work.states(pairs.size());
            if ((state + 1) * kinds.length > table.length) {
                table = Arrays.copyOf(table, 2 * table.length);
            }
            for (int kind = 0; kind < kinds.length; kind++) {
                int nextLeft = next(left, classOf(kinds[kind]));
                int nextRight = right == DEAD ? DEAD : other.next(right, other.classOf(kinds[kind]));
                boolean dead = nextLeft == DEAD || (nextRight == DEAD && !without);
                Integer target = dead ? Integer.valueOf(DEAD) : numbers.get(pair(nextLeft, nextRight));
                if (target == null) {
                    target = pairs.size();
                    numbers.put(pair(nextLeft, nextRight), target);
                    pairs.add(new long[] {nextLeft, nextRight});
                }
                table[state * kinds.length + kind] = target;
            }
        }
        return new TextAutomaton(kinds, Arrays.copyOf(table, pairs.size() * kinds.length), ends).withoutDeadEnds();
    }

    private static long pair(int left, int right) {
        return ((long) left << 32) | (right & 0xFFFFFFFFL);
    }

    /** The same texts, without ways to states from which no text ends. State numbers stay. */
    TextAutomaton withoutDeadEnds() {
        BitSet alive = (BitSet) accepting.clone();
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int state = states - 1; state >= 0; state--) {
                if (!alive.get(state) && leadsInto(state, alive)) {
                    alive.set(state);
                    changed = true;
                }
            }
        }
        int[] trimmed = next.clone();
        for (int index = 0; index < trimmed.length; index++) {
            trimmed[index] = trimmed[index] != DEAD && alive.get(trimmed[index]) ? trimmed[index] : DEAD;
        }
        return new TextAutomaton(firsts, trimmed, accepting);
    }

    private boolean leadsInto(int state, BitSet targets) {
        for (int kind = 0; kind < firsts.length; kind++) {
            int target = next(state, kind);
            if (target != DEAD && targets.get(target)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The same texts, each class plain in a JSON string or not.
     *
     * @param rooms as {@link #plainRoom} counts
     * @param lengths how many characters may follow each state; null where it depends on which
     */
    record Split(TextAutomaton texts, int[] rooms, @Nullable Lengths[] lengths) {}

    /** So many characters may follow, whatever they are. */
    record Lengths(int least, int most) {

        private static final Lengths NONE = new Lengths(0, 0);
        private static final Lengths ANY = new Lengths(0, TextPattern.UNLIMITED);
    }

    /** Made once: the automata of numbers and formats serve every schema. */
    Split split(CompileWork work) {
        Split known = split;
        if (known == null) {
            TextAutomaton texts = splitAtPlain(work);
            known = new Split(texts, texts.plainRoom(), texts.lengths());
            split = known;
        }
        return known;
    }

    /** The same texts, with classes that no character stands between: each is plain in a JSON string or not. */
    private TextAutomaton splitAtPlain(CompileWork work) {
        TreeSet<Integer> boundaries = new TreeSet<>(List.of(0));
        for (int run = 0; run < CodePoints.PLAIN.runCount(); run++) {
            boundaries.add(CodePoints.PLAIN.first(run));
            boundaries.add(Math.min(CodePoints.PLAIN.last(run) + 1, CodePoints.LAST));
        }
        int[] kinds = boundaries.stream().mapToInt(Integer::intValue).toArray();
        int[] loop = new int[kinds.length];
        BitSet all = new BitSet();
        all.set(0);
        return product(new TextAutomaton(kinds, loop, all), false, work);
    }

    /**
     * How many plain characters can always follow each state: {@link Integer#MAX_VALUE} if any number of any of them can,
     * n if every sequence of up to n can and none of more, and -1 if it depends on the characters. Of an automaton that
     * was split at plain characters and has no dead ends.
     */
    private int[] plainRoom() {
        BitSet endless = new BitSet();
        endless.set(0, states);
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int state = states - 1; state >= 0; state--) {
                if (endless.get(state) && !plainTargets(state).stream().allMatch(t -> t != DEAD && endless.get(t))) {
                    endless.clear(state);
                    changed = true;
                }
            }
        }
        int[] room = new int[states];
        Arrays.fill(room, -1);
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int state = states - 1; state >= 0; state--) {
                if (room[state] < 0) {
                    room[state] = endless.get(state) ? Integer.MAX_VALUE : uniformRoom(state, room);
                    changed |= room[state] >= 0;
                }
            }
        }
        return room;
    }

    private int uniformRoom(int state, int[] room) {
        SortedSet<Integer> targets = plainTargets(state);
        if (targets.size() != 1) {
            return -1;
        }
        int target = targets.first();
        return target == DEAD ? 0 : room[target] < 0 ? -1 : room[target] + 1;
    }

    private @Nullable Lengths[] lengths() {
        int[] kinds = IntStream.range(0, firsts.length)
                .filter(kind -> !points(kind).isEmpty())
                .toArray();
        BitSet any = (BitSet) accepting.clone();
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int state = any.length() - 1; state >= 0; state--) {
                if (any.get(state) && !leadsOnlyInto(state, kinds, any)) {
                    any.clear(state);
                    changed = true;
                }
            }
        }
        @Nullable Lengths[] lengths = new Lengths[states];
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int state = states - 1; state >= 0; state--) {
                if (lengths[state] == null) {
                    lengths[state] = any.get(state) ? Lengths.ANY : oneMore(state, kinds, lengths);
                    changed |= lengths[state] != null;
                }
            }
        }
        return lengths;
    }

    private boolean leadsOnlyInto(int state, int[] kinds, BitSet targets) {
        for (int kind : kinds) {
            int target = next(state, kind);
            if (target == DEAD || !targets.get(target)) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Lengths oneMore(int state, int[] kinds, @Nullable Lengths[] lengths) {
        int first = next(state, kinds[0]);
        Lengths behind = first == DEAD ? null : lengths[first];
        for (int kind : kinds) {
            int target = next(state, kind);
            boolean same = first == DEAD ? target == DEAD : target != DEAD && behind != null;
            if (!same || (behind != null && !behind.equals(lengths[target]))) {
                return null;
            }
        }
        boolean ends = accepting.get(state);
        if (behind == null) {
            return ends ? Lengths.NONE : null;
        }
        if (ends && behind.least() > 0) {
            return null;
        }
        int most = behind.most() == TextPattern.UNLIMITED ? TextPattern.UNLIMITED : behind.most() + 1;
        return new Lengths(ends ? 0 : behind.least() + 1, most);
    }

    private SortedSet<Integer> plainTargets(int state) {
        SortedSet<Integer> targets = new TreeSet<>();
        for (int kind = 0; kind < firsts.length; kind++) {
            if (CodePoints.PLAIN.contains(firsts[kind])) {
                targets.add(next(state, kind));
            }
        }
        return targets;
    }
}
