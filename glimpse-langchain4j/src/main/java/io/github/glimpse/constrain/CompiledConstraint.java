package io.github.glimpse.constrain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A constraint whose grammar is the same under every vocabulary. Keeps what it knows of the one that was used last. */
final class CompiledConstraint implements OutputConstraint {

    private final Grammar grammar;
    private final List<String> toolNames;
    private @Nullable ConstraintTables tables;

    CompiledConstraint(Grammar grammar) {
        this(grammar, List.of());
    }

    CompiledConstraint(Grammar grammar, List<String> toolNames) {
        this.grammar = grammar;
        this.toolNames = toolNames;
    }

    @Override
    public ConstraintCursor start(TokenVocabulary vocabulary) {
        return new MaskCursor(tables(vocabulary));
    }

    private synchronized ConstraintTables tables(TokenVocabulary vocabulary) {
        if (tables == null || tables.vocabulary() != vocabulary) {
            tables = new ConstraintTables(grammar, vocabulary, toolNames);
        }
        return tables;
    }
}
