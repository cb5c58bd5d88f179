package io.github.glimpse.constrain;

import io.github.glimpse.answer.ToolCallFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an answer may be. Made once from its source, then shared by all answers: immutable, safe for concurrent use. What
 * it does not understand it refuses when it is made, and what nothing satisfies too.
 *
 * <pre>{@code
 * ConstraintCursor cursor = OutputConstraint.jsonSchema(schema, JsonStyle.OPEN).start(vocabulary);
 * while (!cursor.finished()) {
 *     cursor.mask(allowed);
 *     cursor.accept(choose(scores, allowed), ConstraintListener.NONE);
 * }
 * }</pre>
 */
public interface OutputConstraint {

    /**
     * Documents that are valid for a schema, each in one order of its properties and compactly written.
     *
     * @param schema text of a JSON schema
     * @throws UnsupportedConstraintException if the schema says what is not understood
     * @throws InvalidConstraintException if it is no schema, nothing is valid for it, or it is beyond a limit
     */
    static OutputConstraint jsonSchema(String schema, JsonStyle style) {
        GrammarBuilder grammar = new GrammarBuilder(new CompileWork());
        int start = new SchemaCompiler(JsonText.read(schema), style, grammar).root();
        return new CompiledConstraint(Grammar.of(grammar, start));
    }

    /** Any JSON object. */
    static OutputConstraint json(JsonStyle style) {
        GrammarBuilder grammar = new GrammarBuilder(new CompileWork());
        return new CompiledConstraint(Grammar.of(grammar, new JsonGrammar(grammar, style).object()));
    }

    /**
     * Exactly one of some texts.
     *
     * @throws InvalidConstraintException if there is none, one is empty or no text, or they are beyond a limit
     */
    static OutputConstraint choice(List<String> texts) {
        GrammarBuilder grammar = new GrammarBuilder(new CompileWork());
        int start = grammar.state();
        int end = grammar.state();
        grammar.accept(end);
        LiteralTree tree = new LiteralTree(grammar, start);
        for (String text : texts) {
            if (text.isEmpty() || JsonText.isBroken(text)) {
                throw new InvalidConstraintException(
                        "A text to choose from is empty, or has half a surrogate pair; leave it out");
            }
            tree.addText(text, end);
        }
        return new CompiledConstraint(Grammar.of(grammar, start));
    }

    /**
     * Texts that a regular expression matches as a whole. Understood: alternatives, groups, classes, repetitions,
     * anchors; not: looking around, references back, word boundaries, Unicode classes, flags.
     *
     * @throws UnsupportedConstraintException if it says what is not understood; its keyword is {@code pattern}
     * @throws InvalidConstraintException if nothing matches, or it is beyond a limit
     */
    static OutputConstraint regex(String pattern) {
        GrammarBuilder grammar = new GrammarBuilder(new CompileWork());
        int start = grammar.state();
        int end = grammar.state();
        grammar.accept(end);
        try {
            TextAutomaton texts = PatternCompiler.whole(TextPatternReader.read(pattern), grammar.work());
            TextSpelling.plain(grammar).add(texts, start, end);
        } catch (TextPatternReader.PatternException invalid) {
            throw UnsupportedConstraintException.ofExpression(pattern, invalid.reason());
        }
        return new CompiledConstraint(Grammar.of(grammar, start));
    }

    /**
     * Calls of tools, and under {@link ToolUse.Choice#AUTO} text before them or in their place.
     *
     * @param style of which the digits count: parameters that a tool does not list are never written
     * @param format in which the calls are written
     * @throws UnsupportedConstraintException if the schema of a strict tool says what is not understood
     * @throws InvalidConstraintException if there is no tool, a name comes twice, or a schema takes nothing, or not only
     *     objects
     */
    static OutputConstraint tools(List<ToolShape> tools, ToolUse use, JsonStyle style, ToolCallFormat format) {
        return new ToolConstraint(tools, use, style, format, null);
    }

    /**
     * Calls of tools, or a document that is valid for a schema.
     *
     * @param style of the document; of arguments, its digits
     * @param format in which the calls are written
     * @param answer text of the document's JSON schema; under {@link ToolUse.Choice#REQUIRED} there may be none
     * @throws UnsupportedConstraintException as for {@link #tools(List, ToolUse, JsonStyle, ToolCallFormat)}
     * @throws InvalidConstraintException as for {@link #tools(List, ToolUse, JsonStyle, ToolCallFormat)}
     */
    static OutputConstraint toolsOrJson(
            List<ToolShape> tools, ToolUse use, JsonStyle style, ToolCallFormat format, String answer) {
        @Nullable String document = use.choice() == ToolUse.Choice.AUTO ? answer : null;
        return new ToolConstraint(tools, use, style, format, document);
    }

    /** The format of the calls of tools; empty if the constraint allows none. */
    default Optional<ToolCallFormat> callFormat() {
        return Optional.empty();
    }

    /**
     * Begins an answer.
     *
     * @throws InvalidConstraintException if the vocabulary lacks a byte that the constraint may need, or answers may begin in
     *     too many ways that cannot be told apart
     */
    ConstraintCursor start(TokenVocabulary vocabulary);
}
