package io.github.glimpse.constrain;

import io.github.glimpse.answer.CallLayout;
import io.github.glimpse.answer.ToolCallFormat;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Calls of tools in a format whose markers are tokens in some vocabularies and characters in others. */
final class ToolConstraint implements OutputConstraint {

    private final List<ToolShape> tools;
    private final List<String> names;
    private final ToolUse use;
    private final JsonStyle style;
    private final ToolCallFormat format;
    private final @Nullable String answer;
    private final Map<List<String>, OutputConstraint> compiled = new HashMap<>();

    /**
     * Compiles it once, so that errors are found at once.
     *
     * @param answer schema of a document in place of calls; null if there is none
     */
    ToolConstraint(
            List<ToolShape> tools, ToolUse use, JsonStyle style, ToolCallFormat format, @Nullable String answer) {
        this.tools = List.copyOf(tools);
        this.use = use;
        this.style = style;
        this.format = format;
        this.answer = answer;
        names = tools.stream().map(ToolShape::name).toList();
        checkNames();
        compiled.put(format.tokens(), compile(format.tokens()));
    }

    private void checkNames() {
        Set<String> known = new HashSet<>();
        for (String name : names) {
            if (name.isBlank() || JsonText.isBroken(name) || !known.add(name)) {
                throw new InvalidConstraintException("The tool name '" + name
                        + "' is empty, no text, or comes twice; give each tool a name of its own");
            }
        }
        if (names.isEmpty()) {
            throw new InvalidConstraintException("There is no tool to call; name at least one");
        }
    }

    private OutputConstraint compile(List<String> markers) {
        CallGrammar calls = new CallGrammar(tools, style, markers);
        GrammarBuilder grammar = calls.grammar();
        CallLayout layout = format.layout();
        int start = grammar.state();
        int end = grammar.state();
        grammar.accept(end);
        if (use.choice() == ToolUse.Choice.AUTO && answer == null) {
            calls.addTextAndCalls(layout, use.mostCalls(), start, end);
        } else {
            calls.addCalls(layout, use.mostCalls(), start, end);
        }
        if (answer != null) {
            grammar.skip(start, new SchemaCompiler(JsonText.read(answer), style, grammar).root());
        }
        return new CompiledConstraint(Grammar.of(grammar, start), names);
    }

    @Override
    public Optional<ToolCallFormat> callFormat() {
        return Optional.of(format);
    }

    @Override
    public ConstraintCursor start(TokenVocabulary vocabulary) {
        List<String> markers = format.tokens().stream()
                .filter(text -> vocabulary.marker(text).isPresent())
                .toList();
        return compiled(markers).start(vocabulary);
    }

    private synchronized OutputConstraint compiled(List<String> markers) {
        return compiled.computeIfAbsent(markers, this::compile);
    }
}
