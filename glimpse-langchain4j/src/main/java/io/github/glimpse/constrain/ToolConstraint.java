package io.github.glimpse.constrain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A constraint with markers, which are tokens in some vocabularies and characters in others. */
final class ToolConstraint implements OutputConstraint {

    private final ToolGrammar source;
    private final List<String> names;

    /** Made when the tools are taken, so that what is wrong with them is found then. */
    private final OutputConstraint byTokens;

    private @Nullable OutputConstraint byCharacters;

    ToolConstraint(ToolGrammar source, List<ToolShape> tools) {
        this.source = source;
        names = tools.stream().map(ToolShape::name).toList();
        byTokens = new CompiledConstraint(source.build(true), names);
    }

    @Override
    public ConstraintCursor start(TokenVocabulary vocabulary) {
        boolean tokens = vocabulary.marker(ConstraintTables.OPEN).isPresent()
                && vocabulary.marker(ConstraintTables.CLOSE).isPresent();
        return (tokens ? byTokens : byCharacters()).start(vocabulary);
    }

    private synchronized OutputConstraint byCharacters() {
        if (byCharacters == null) {
            byCharacters = new CompiledConstraint(source.build(false), names);
        }
        return byCharacters;
    }
}
