package io.github.glimpse.constrain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** What all answers of one constraint under one vocabulary share. Safe for concurrent use. */
final class ConstraintTables {

    /** What a constraint takes, all together. */
    private static final long MOST_BYTES = 1_900_000;

    /** Of that, configurations and prepared masks each have half of what the grammar leaves, or so much. */
    private static final long LEAST_BYTES = 250_000;

    /** Of a state whose shortest way is counted in tokens. */
    private static final long COUNTED_BYTES = 12;

    private final Automaton automaton;
    private final TokenVocabulary vocabulary;
    private final List<String> toolNames;
    private final int[] markers;
    private final int mostNeed;
    private final long mostPreparedBytes;
    private long preparedBytes;
    private volatile int leastAtBeginning;
    private final List<Configuration> prepared = new ArrayList<>();
    private final Map<Bits, Bits> masks = new HashMap<>();

    /** A mask, told apart by its bits. */
    private record Bits(long[] words) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Bits bits && Arrays.equals(words, bits.words);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(words);
        }
    }

    ConstraintTables(Grammar grammar, TokenVocabulary vocabulary, List<String> toolNames) {
        this.vocabulary = vocabulary;
        requireBytes(grammar);
        Grammar counted = FewestTokens.in(grammar, vocabulary.all());
        // Of both grammars; they share what is not counted by states.
        long grammarBytes = grammar.bytes() + COUNTED_BYTES * grammar.states();
        mostPreparedBytes = Math.max(LEAST_BYTES, (MOST_BYTES - grammarBytes) / 2);
        automaton = new Automaton(counted, mostPreparedBytes);
        this.toolNames = toolNames;
        markers = grammar.markers().stream()
                .mapToInt(text -> vocabulary.marker(text).orElseThrow())
                .toArray();
        mostNeed = IntStream.range(0, grammar.states()).map(counted::need).max().orElse(0);
    }

    /** Whether one token may lead beyond the levels that an answer may nest: nothing that was prepared counts there. */
    boolean mayNestTooDeep(int depth) {
        return depth + vocabulary.mostNesting() + 2 * mostNeed + 1 > Automaton.MOST_LEVELS;
    }

    /** Without a token for each byte that has to come an answer could get stuck. */
    private void requireBytes(Grammar grammar) {
        for (int edge = 0; edge < grammar.firstEdge(grammar.states()); edge++) {
            int label = grammar.label(edge);
            if (label < 0 || Grammar.first(label) >= Grammar.FIRST_MARKER) {
                continue;
            }
            int value = Grammar.first(label);
            while (value <= Grammar.last(label) && !vocabulary.hasSingle(value)) {
                value++;
            }
            if (value > Grammar.last(label)) {
                throw new InvalidConstraintException(String.format(
                        Locale.ROOT,
                        "The model's vocabulary has no token for the byte 0x%02X alone, which the constraint may need;"
                                + " take another model, or other texts",
                        Grammar.first(label)));
            }
        }
    }

    Automaton automaton() {
        return automaton;
    }

    TokenVocabulary vocabulary() {
        return vocabulary;
    }

    /** Tokens of the shortest answer where a first blank is lost, as {@link MaskCursor} counts them; 0 if not yet known. */
    int leastAtBeginning() {
        return leastAtBeginning;
    }

    void leastAtBeginning(int tokens) {
        leastAtBeginning = tokens;
    }

    String toolName(int tool) {
        return toolNames.get(tool);
    }

    /** The symbol after the last marker. */
    int endOfMarkers() {
        return Grammar.FIRST_MARKER + markers.length;
    }

    /** The id of a marker. */
    int marker(int symbol) {
        return markers[symbol - Grammar.FIRST_MARKER];
    }

    /** The prepared mask. Where there is no room for it, those that were made before are forgotten. */
    PreparedMask prepared(Configuration configuration, MaskWalk walk) {
        PreparedMask known = configuration.prepared;
        // The walk may take milliseconds: no other answer waits for it.
        return known != null ? known : keep(configuration, walk.prepare(configuration));
    }

    private synchronized PreparedMask keep(Configuration configuration, PreparedMask walked) {
        if (configuration.prepared != null) {
            return configuration.prepared;
        }
        PreparedMask made = walked;
        if (made.many() != null) {
            Bits bits = new Bits(made.many());
            Bits known = masks.putIfAbsent(bits, bits);
            preparedBytes += known == null ? 8L * bits.words().length : 0;
            made = known == null ? made : made.with(known.words());
        }
        preparedBytes += made.bytes();
        if (preparedBytes > mostPreparedBytes) {
            prepared.forEach(each -> each.prepared = null);
            prepared.clear();
            masks.clear();
            preparedBytes = 0;
        }
        configuration.prepared = made;
        prepared.add(configuration);
        return made;
    }
}
