package io.github.glimpse.constrain;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What all answers of one constraint under one vocabulary share. Safe for concurrent use. */
final class ConstraintTables {

    static final String OPEN = "<tool_call>";
    static final String CLOSE = "</tool_call>";

    /** Prepared masks of a constraint, all together. */
    private static final int MOST_PREPARED_BYTES = 1_500_000;

    private final Automaton automaton;
    private final TokenVocabulary vocabulary;
    private final List<String> toolNames;
    private final OptionalInt open;
    private final OptionalInt close;
    private final int mostNeed;
    private int preparedBytes;

    ConstraintTables(Grammar grammar, TokenVocabulary vocabulary, List<String> toolNames) {
        automaton = new Automaton(grammar);
        this.vocabulary = vocabulary;
        this.toolNames = toolNames;
        open = vocabulary.marker(OPEN);
        close = vocabulary.marker(CLOSE);
        mostNeed = IntStream.range(0, grammar.states()).map(grammar::need).max().orElse(0);
        requireBytes(grammar);
    }

    /** Whether one token may lead beyond the levels that an answer may nest: nothing that was prepared counts there. */
    boolean mayNestTooDeep(int depth) {
        return depth + vocabulary.mostNesting() + 2 * mostNeed + 1 > Automaton.MOST_LEVELS;
    }

    /** Without a token for each byte that has to come an answer could get stuck. */
    private void requireBytes(Grammar grammar) {
        for (int edge = 0; edge < grammar.firstEdge(grammar.states()); edge++) {
            int label = grammar.label(edge);
            if (label < 0 || Grammar.first(label) >= Grammar.OPEN_MARKER) {
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

    String toolName(int tool) {
        return toolNames.get(tool);
    }

    OptionalInt marker(int symbol) {
        return symbol == Grammar.OPEN_MARKER ? open : close;
    }

    /** The prepared mask; null while it is not worth it, or while there is no room for it. */
    @Nullable
    PreparedMask prepared(Configuration configuration, MaskWalk walk) {
        PreparedMask prepared = configuration.prepared;
        if (prepared != null) {
            return prepared;
        }
        if (!configuration.asked) {
            configuration.asked = true;
            return null;
        }
        synchronized (this) {
            if (preparedBytes > MOST_PREPARED_BYTES) {
                return null;
            }
            prepared = walk.prepare(configuration);
            preparedBytes += prepared.bytes();
            configuration.prepared = prepared;
            return prepared;
        }
    }
}
