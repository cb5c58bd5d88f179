package io.github.glimpse.constrain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Makes the automaton of a pattern: first one that may be in several states at once, then one that is in one. */
final class PatternCompiler {

    private static final int SKIP = -1;
    private static final int BEGIN = -2;
    private static final int END = -3;

    /** Cells of the table that take about as long as a step. */
    private static final int CELLS_PER_STEP = 4;

    private final CompileWork work;
    private final List<List<Edge>> edges = new ArrayList<>();
    private final List<CodePoints> labels = new ArrayList<>();
    private final Map<CodePoints, Integer> labelNumbers = new HashMap<>();

    /** The label is a place in {@link #labels}, or one of the marks. */
    private record Edge(int label, int target) {}

    private PatternCompiler(CompileWork work) {
        this.work = work;
    }

    /** Texts that the pattern matches as a whole. */
    static TextAutomaton whole(TextPattern pattern, CompileWork work) {
        PatternCompiler compiler = new PatternCompiler(work);
        int start = compiler.state();
        return compiler.determine(start, compiler.add(pattern, start));
    }

    /** Texts that hold a match of the pattern. */
    static TextAutomaton search(TextPattern pattern, CompileWork work) {
        PatternCompiler compiler = new PatternCompiler(work);
        TextPattern any = new TextPattern.Repeat(new TextPattern.Chars(CodePoints.ALL), 0, TextPattern.UNLIMITED);
        int start = compiler.state();
        return compiler.determine(start, compiler.add(TextPattern.sequence(any, pattern, any), start));
    }

    private int state() {
        edges.add(new ArrayList<>(2));
        work.step();
        work.states(edges.size());
        return edges.size() - 1;
    }

    private void edge(int from, int label, int to) {
        edges.get(from).add(new Edge(label, to));
    }

    /** Adds a pattern, and gives the state behind it. */
    private int add(TextPattern pattern, int from) {
        // Also of what adds no state: a repetition may ask for it as often as it likes.
        work.step();
        if (pattern instanceof TextPattern.Chars chars) {
            int to = state();
            if (!chars.points().isEmpty()) {
                edge(from, labelOf(chars.points()), to);
            }
            return to;
        }
        if (pattern instanceof TextPattern.Sequence sequence) {
            int at = from;
            for (TextPattern part : sequence.parts()) {
                at = add(part, at);
            }
            return at;
        }
        if (pattern instanceof TextPattern.Choice choice) {
            int to = state();
            for (TextPattern part : choice.parts()) {
                int begin = state();
                edge(from, SKIP, begin);
                edge(add(part, begin), SKIP, to);
            }
            return to;
        }
        if (pattern instanceof TextPattern.Repeat repeat) {
            return addRepeat(repeat, from);
        }
        int to = state();
        edge(from, pattern instanceof TextPattern.Begin ? BEGIN : END, to);
        return to;
    }

    private int addRepeat(TextPattern.Repeat repeat, int from) {
        int at = from;
        for (int count = 0; count < repeat.least(); count++) {
            at = add(repeat.part(), at);
        }
        if (repeat.most() == TextPattern.UNLIMITED) {
            int loop = state();
            edge(at, SKIP, loop);
            edge(add(repeat.part(), loop), SKIP, loop);
            int to = state();
            edge(loop, SKIP, to);
            return to;
        }
        int to = state();
        edge(at, SKIP, to);
        for (int count = repeat.least(); count < repeat.most(); count++) {
            at = add(repeat.part(), at);
            edge(at, SKIP, to);
        }
        return to;
    }

    private int labelOf(CodePoints points) {
        return labelNumbers.computeIfAbsent(points, added -> {
            labels.add(added);
            return labels.size() - 1;
        });
    }

    private TextAutomaton determine(int start, int end) {
        TreeSet<Integer> boundaries = new TreeSet<>(List.of(0));
        for (CodePoints points : labels) {
            for (int run = 0; run < points.runCount(); run++) {
                boundaries.add(points.first(run));
                boundaries.add(Math.min(points.last(run) + 1, CodePoints.LAST));
            }
        }
        boundaries.add(0xD800);
        int[] firsts = boundaries.stream().mapToInt(Integer::intValue).toArray();
        BitSet[] kindsOfLabel = labels.stream()
                .map(points -> {
                    work.steps(firsts.length);
                    return kinds(points, firsts);
                })
                .toArray(BitSet[]::new);
        Map<BitSet, Integer> numbers = new HashMap<>();
        List<BitSet> sets = new ArrayList<>();
        BitSet first = new BitSet();
        close(first, start, true, false);
        numbers.put(first, 0);
        sets.add(first);
        int[] table = new int[0];
        BitSet accepting = new BitSet();
        for (int number = 0; number < sets.size(); number++) {
            BitSet set = sets.get(number);
            work.steps(firsts.length / CELLS_PER_STEP);
            accepting.set(number, mayEnd(set, number == 0, end));
            BitSet[] targets = new BitSet[firsts.length];
            set.stream().forEach(state -> step(state, kindsOfLabel, targets));
            table = (number + 1) * firsts.length > table.length
                    ? Arrays.copyOf(table, 2 * (number + 1) * firsts.length)
                    : table;
            for (int kind = 0; kind < firsts.length; kind++) {
                BitSet target = targets[kind];
                Integer known = target == null ? Integer.valueOf(TextAutomaton.DEAD) : numbers.get(target);
                if (known == null && target != null) {
                    known = sets.size();
                    numbers.put(target, known);
                    sets.add(target);
                    work.states(sets.size());
                }
                table[number * firsts.length + kind] = known == null ? TextAutomaton.DEAD : known;
            }
        }
        return new TextAutomaton(firsts, Arrays.copyOf(table, sets.size() * firsts.length), accepting)
                .withoutDeadEnds();
    }

    /** Which of the kinds of characters, that begin with these, are in a set: runs begin and end where kinds do. */
    private static BitSet kinds(CodePoints points, int[] firsts) {
        BitSet kinds = new BitSet();
        int run = 0;
        for (int kind = 0; kind < firsts.length; kind++) {
            while (run < points.runCount() && points.last(run) < firsts[kind]) {
                run++;
            }
            kinds.set(kind, run < points.runCount() && points.first(run) <= firsts[kind]);
        }
        return kinds;
    }

    private void step(int state, BitSet[] kindsOfLabel, BitSet[] targets) {
        for (Edge edge : edges.get(state)) {
            if (edge.label() < 0) {
                continue;
            }
            BitSet kinds = kindsOfLabel[edge.label()];
            for (int kind = kinds.nextSetBit(0); kind >= 0; kind = kinds.nextSetBit(kind + 1)) {
                targets[kind] = targets[kind] == null ? new BitSet() : targets[kind];
                close(targets[kind], edge.target(), false, false);
            }
        }
    }

    /** The end may be behind marks for the text's end, which nothing else gets past. */
    private boolean mayEnd(BitSet set, boolean begins, int end) {
        if (set.get(end)) {
            return true;
        }
        BitSet closed = new BitSet();
        set.stream().forEach(state -> close(closed, state, begins, true));
        return closed.get(end);
    }

    private void close(BitSet set, int from, boolean begins, boolean ends) {
        if (set.get(from)) {
            return;
        }
        set.set(from);
        int[] waiting = new int[8];
        int count = 0;
        waiting[count++] = from;
        while (count > 0) {
            int state = waiting[--count];
            work.step();
            for (Edge edge : edges.get(state)) {
                boolean open =
                        edge.label() == SKIP || (edge.label() == BEGIN && begins) || (edge.label() == END && ends);
                if (open && !set.get(edge.target())) {
                    set.set(edge.target());
                    waiting = count == waiting.length ? Arrays.copyOf(waiting, 2 * count) : waiting;
                    waiting[count++] = edge.target();
                }
            }
        }
    }
}
