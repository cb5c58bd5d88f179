package io.github.glimpse.constrain;

import io.github.glimpse.constrain.Configuration.Facts;
import io.github.glimpse.constrain.Configuration.Kernel;
import io.github.glimpse.constrain.Configuration.Step;
import io.github.glimpse.constrain.Configuration.Waiting;
import io.github.glimpse.constrain.Grammar.TextState;
import io.github.glimpse.constrain.TextAutomaton.Lengths;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a grammar deterministic while it is used. What all possible ways wait for lies on one common stack of
 * {@link Frame}s; the little that they do not share is part of a {@link Configuration}. So a grammar whose documents are
 * told apart by their next byte has few configurations, however deep they nest, and each step is one look-up.
 *
 * <p>Safe for concurrent use: what is known is read without a lock, what is new is made under one.
 */
final class Automaton {

    /** Levels of nesting in an answer. */
    static final int MOST_LEVELS = 256;

    /**
     * Ways at once, a way counting once more for each four states that wait for it. More come of a schema whose alternatives
     * cannot be told apart for long: where an answer begins so, it is refused; later the latest ways are left out, which
     * narrows what may be written and leads nowhere, for each way that is kept can be finished. A first mask of so many ways
     * takes some 8 ms at 151,936 tokens.
     */
    private static final int MOST_WAYS = 1_500;

    /** Of a configuration, beside its steps. */
    private static final int CONFIGURATION_BYTES = 400;

    private final Grammar grammar;
    private final int[] kindOf = new int[Grammar.SYMBOLS];
    private final int[] symbolOf;
    private final Map<Kernel, Configuration> known = new HashMap<>();
    private final long mostBytes;
    private long bytes;
    private Configuration start;
    private final Configuration ended;

    /**
     * Makes one.
     *
     * @param mostBytes that configurations may take; those in use live on when they are forgotten
     */
    Automaton(Grammar grammar, long mostBytes) {
        this.grammar = grammar;
        this.mostBytes = mostBytes;
        symbolOf = kinds();
        start = begin();
        ended = end();
    }

    Grammar grammar() {
        return grammar;
    }

    /** Symbols that no edge tells apart are of one kind. */
    private int[] kinds() {
        boolean[] begins = new boolean[Grammar.SYMBOLS + 1];
        begins[0] = true;
        for (int edge = 0; edge < grammar.firstEdge(grammar.states()); edge++) {
            int label = grammar.label(edge);
            if (label >= 0) {
                begins[Grammar.first(label)] = true;
                begins[Grammar.last(label) + 1] = true;
            }
        }
        int[] symbols = new int[Grammar.SYMBOLS];
        int count = 0;
        for (int symbol = 0; symbol < Grammar.SYMBOLS; symbol++) {
            if (begins[symbol]) {
                symbols[count++] = symbol;
            }
            kindOf[symbol] = count - 1;
        }
        return Arrays.copyOf(symbols, count);
    }

    private Configuration begin() {
        Closure closure = new Closure();
        closure.add(grammar.start(), Waiting.NONE);
        if (closure.ways >= MOST_WAYS) {
            throw new InvalidConstraintException("The answer may begin in " + MOST_WAYS
                    + " ways or more that cannot be told apart by a first byte, which is the limit; ask for fewer"
                    + " alternatives, or give them a first property with a const of its own");
        }
        return closure.configuration();
    }

    /** Where an answer begins. Nothing waits there. */
    synchronized Configuration start() {
        return start;
    }

    private Configuration end() {
        Closure closure = new Closure();
        closure.returns = true;
        return closure.configuration();
    }

    /** Behind a rule's end, whatever called it. */
    Configuration ended() {
        return ended;
    }

    /** What a symbol leads to. */
    Step step(Configuration from, int symbol) {
        int kind = kindOf[symbol];
        Step step = from.step(kind);
        if (step == null) {
            step = make(from, kind);
            from.remember(kind, step);
        }
        return step;
    }

    private synchronized Step make(Configuration from, int kind) {
        int symbol = symbolOf[kind];
        Closure closure = new Closure();
        for (int way = 0; way < from.states.length; way++) {
            int state = from.states[way];
            for (int edge = grammar.firstEdge(state); edge < grammar.firstEdge(state + 1); edge++) {
                int label = grammar.label(edge);
                if (label >= 0 && Grammar.first(label) <= symbol && symbol <= Grammar.last(label)) {
                    closure.add(grammar.target(edge), from.waiting[way]);
                }
            }
        }
        return closure.isEmpty() ? Step.DEAD : closure.step(-1);
    }

    /** What a configuration that returns is, once the state on top of the stack is known. It is taken from the stack. */
    Step resolve(Configuration from, int state) {
        Step step = from.resolved(state);
        return step != null ? step : makeResolved(from, state);
    }

    private synchronized Step makeResolved(Configuration from, int state) {
        Closure closure = new Closure();
        for (int way = 0; way < from.states.length; way++) {
            closure.add(from.states[way], below(from.waiting[way], state));
        }
        closure.add(state, Waiting.NONE);
        Step step = closure.step(state);
        if (from.resolved(state) == null) {
            from.remember(step);
        }
        return step;
    }

    private static Waiting below(Waiting waiting, int state) {
        int[] states = new int[waiting.states().length + 1];
        states[0] = state;
        System.arraycopy(waiting.states(), 0, states, 1, waiting.states().length);
        return new Waiting(states);
    }

    private record Way(int state, Waiting waiting) {}

    /** Does all that takes no symbol, and gathers the rest. */
    private final class Closure {

        private final Set<Way> seen = new HashSet<>();
        private final Deque<Way> open = new ArrayDeque<>();
        private final List<Way> found = new ArrayList<>();
        private int ways;
        private boolean returns;

        void add(int state, Waiting waiting) {
            reach(new Way(state, waiting));
            while (!open.isEmpty()) {
                expand(open.pop());
            }
        }

        private void reach(Way way) {
            if (ways < MOST_WAYS && way.waiting().states().length < MOST_LEVELS && seen.add(way)) {
                open.push(way);
            }
        }

        private void expand(Way way) {
            int state = way.state();
            int[] waiting = way.waiting().states();
            if (grammar.accepts(state)) {
                if (waiting.length == 0) {
                    returns = true;
                } else {
                    reach(new Way(waiting[waiting.length - 1], shortened(waiting)));
                }
            }
            boolean takes = false;
            for (int edge = grammar.firstEdge(state); edge < grammar.firstEdge(state + 1); edge++) {
                int label = grammar.label(edge);
                int target = grammar.target(edge);
                if (label >= 0) {
                    takes = true;
                } else if (!Grammar.isCall(label)) {
                    reach(new Way(target, way.waiting()));
                } else if (grammar.isBare(target)) {
                    reach(new Way(Grammar.ruleOf(label), way.waiting()));
                } else {
                    int[] longer = Arrays.copyOf(waiting, waiting.length + 1);
                    longer[waiting.length] = target;
                    reach(new Way(Grammar.ruleOf(label), new Waiting(longer)));
                }
            }
            TextState text = grammar.text(state);
            if (takes || (text != null && text.plainRoom() != 0)) {
                found.add(way);
                ways += 1 + waiting.length / 4;
            }
        }

        private static Waiting shortened(int[] waiting) {
            return waiting.length == 1 ? Waiting.NONE : new Waiting(Arrays.copyOf(waiting, waiting.length - 1));
        }

        boolean isEmpty() {
            return found.isEmpty() && !returns;
        }

        /** Moves what all ways wait for at the outside to the common stack. */
        Step step(int from) {
            int shared = returns || found.isEmpty() ? 0 : found.get(0).waiting().states().length;
            for (Way way : found) {
                shared = Math.min(shared, sharedLength(found.get(0), way));
            }
            int[] pushed = shared == 0
                    ? Step.NOTHING
                    : Arrays.copyOf(found.get(0).waiting().states(), shared);
            for (int index = 0; index < found.size() && shared > 0; index++) {
                int[] waiting = found.get(index).waiting().states();
                int[] rest = Arrays.copyOfRange(waiting, shared, waiting.length);
                found.set(
                        index, new Way(found.get(index).state(), rest.length == 0 ? Waiting.NONE : new Waiting(rest)));
            }
            return new Step(configuration(), pushed, from);
        }

        private static int sharedLength(Way left, Way right) {
            int mismatch =
                    Arrays.mismatch(left.waiting().states(), right.waiting().states());
            return mismatch < 0 ? left.waiting().states().length : mismatch;
        }

        Configuration configuration() {
            found.sort(Comparator.comparingInt(Way::state)
                    .thenComparing(way -> way.waiting().states(), Arrays::compare));
            int[] states = found.stream().mapToInt(Way::state).toArray();
            Waiting[] waiting = found.stream().map(Way::waiting).toArray(Waiting[]::new);
            Kernel kernel = new Kernel(states, waiting, returns);
            Configuration existing = known.get(kernel);
            if (existing != null) {
                return existing;
            }
            bytes += CONFIGURATION_BYTES + 8L * symbolOf.length + 32L * states.length;
            if (bytes > mostBytes) {
                known.clear();
                bytes = 0;
                start = begin();
            }
            Configuration made = new Configuration(kernel, facts(kernel), symbolOf.length);
            known.put(kernel, made);
            return made;
        }
    }

    private Facts facts(Kernel kernel) {
        long shortest = kernel.returns() ? 0 : Long.MAX_VALUE;
        int need = 0;
        long firsts = 0;
        int room = 0;
        long longest = 0;
        boolean others = false;
        for (int way = 0; way < kernel.states().length; way++) {
            int state = kernel.states()[way];
            long length = grammar.length(state);
            int levels = 0;
            int wayNeed = 0;
            for (int waiting : kernel.waiting()[way].states()) {
                length += grammar.length(waiting);
                wayNeed = Math.max(wayNeed, levels + grammar.need(waiting));
                levels += grammar.level(waiting);
            }
            wayNeed = Math.max(wayNeed, levels + grammar.need(state));
            if (length < shortest || (length == shortest && wayNeed < need)) {
                shortest = length;
                need = wayNeed;
            }
            long bits = firstsOf(state);
            firsts |= bits;
            TextState text = grammar.text(state);
            int plain = text == null ? -1 : text.plainRoom();
            if (text != null && plain > 0) {
                long most = length + text.plainGain();
                longest = plain > room ? most : plain == room ? Math.min(longest, most) : longest;
                room = Math.max(room, plain);
            } else if (plain == Grammar.UNKNOWN || (plain < 0 && mayTakePlain(state))) {
                others = true;
            }
        }
        boolean told = room == Integer.MAX_VALUE || !others;
        int gain = (int) Math.min(Math.max(0, longest - shortest), Integer.MAX_VALUE);
        int least = (int) Math.min(shortest, Integer.MAX_VALUE);
        return new Facts(least, need, told ? room : 0, gain, firsts, lengths(kernel));
    }

    private @Nullable Lengths lengths(Kernel kernel) {
        boolean isOne = kernel.states().length == 1 && !kernel.returns() && kernel.waiting()[0].isNone();
        TextState text = isOne ? grammar.text(kernel.states()[0]) : null;
        return text == null ? null : text.lengths();
    }

    private long firstsOf(int state) {
        long bits = 0;
        for (int edge = grammar.firstEdge(state); edge < grammar.firstEdge(state + 1); edge++) {
            int label = grammar.label(edge);
            for (int symbol = Grammar.first(label); label >= 0 && symbol <= Grammar.last(label); symbol++) {
                bits |= 1L << symbol;
            }
        }
        return bits;
    }

    private boolean mayTakePlain(int state) {
        for (int edge = grammar.firstEdge(state); edge < grammar.firstEdge(state + 1); edge++) {
            int label = grammar.label(edge);
            for (int symbol = Grammar.first(label);
                    label >= 0 && symbol <= Math.min(Grammar.last(label), 255);
                    symbol++) {
                if (symbol >= 0x80 || CodePoints.PLAIN.contains(symbol)) {
                    return true;
                }
            }
        }
        return false;
    }
}
