package io.github.glimpse.constrain;

import io.github.glimpse.constrain.ConstraintTables.Unit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A constraint whose grammar is the same under every vocabulary. Keeps what it knows of the one that was used last. */
final class CompiledConstraint implements OutputConstraint {

    private final Grammar grammar;
    private final List<String> toolNames;
    private final Unit unit;
    private @Nullable ConstraintTables tables;

    CompiledConstraint(Grammar grammar) {
        this(grammar, List.of(), Unit.BYTES);
    }

    CompiledConstraint(Grammar grammar, List<String> toolNames) {
        this(grammar, toolNames, Unit.BYTES);
    }

    private CompiledConstraint(Grammar grammar, List<String> toolNames, Unit unit) {
        this.grammar = grammar;
        this.toolNames = toolNames;
        this.unit = unit;
    }

    /** Of a {@link LiteralTree} of texts, whose fewest tokens can be counted. */
    static CompiledConstraint ofTexts(Grammar grammar) {
        return new CompiledConstraint(grammar, List.of(), Unit.TOKENS);
    }

    @Override
    public ConstraintCursor start(TokenVocabulary vocabulary) {
        return new MaskCursor(tables(vocabulary));
    }

    private synchronized ConstraintTables tables(TokenVocabulary vocabulary) {
        if (tables == null || tables.vocabulary() != vocabulary) {
            tables = new ConstraintTables(grammar, vocabulary, toolNames, unit);
        }
        return tables;
    }
}
