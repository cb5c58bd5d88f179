package io.github.glimpse.form;

import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.constrain.JsonStyle;
import io.github.glimpse.constrain.OutputConstraint;
import io.github.glimpse.constrain.ToolShape;
import io.github.glimpse.constrain.ToolUse;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The form that an answer is kept to, and how it is read. Prepared once from its source, then shared by all requests:
 * immutable, safe for concurrent use. {@link AnswerForms} keeps those that were asked for last.
 *
 * @param kind of its source
 * @param constraint which tokens may follow; null forbids none, so that calls of tools are only read
 * @param choices the texts of a choice, else none
 * @param limit what happens where the limit of output tokens comes near
 * @param description what the prompt says of it; null is nothing
 * @param compileTime how long it took to prepare
 * @param spelling how the model writes a document, null where it writes it as it is delivered
 */
public record AnswerForm(
        Kind kind,
        @Nullable OutputConstraint constraint,
        List<String> choices,
        Limit limit,
        @Nullable Description description,
        Duration compileTime,
        @Nullable Spelling spelling) {

    /** Where a form comes from. */
    public enum Kind {
        /** A JSON schema. */
        JSON_SCHEMA,
        /** Any JSON object. */
        JSON,
        /** One of some texts. */
        CHOICE,
        /** A regular expression. */
        REGEX,
        /** Calls of tools, and text. */
        TOOLS,
        /** Calls of tools, or a document of a JSON schema. */
        TOOLS_OR_JSON
    }

    /** What happens where the limit of output tokens comes near. */
    public enum Limit {
        /** The answer is closed in time: what it says is cut, its form is whole. */
        CLOSE,
        /** The answer is cut where the limit falls. */
        CUT
    }

    /** When the prompt tells the model of its answer's form. */
    public enum Describe {
        /** Unless the prompt holds it already, and where the context has room for it. */
        WHERE_ROOM,
        /** Each time. */
        ALWAYS,
        /** Not at all. */
        NEVER
    }

    /**
     * What the prompt says of the form.
     *
     * @param text for the model
     * @param sign a prompt with this text in it says it already
     * @param when it is said
     */
    public record Description(String text, String sign, Describe when) {

        /** How long it is, and not what it says. */
        @Override
        public String toString() {
            return "Description[" + text.length() + " characters, " + when + "]";
        }
    }

    /**
     * Another spelling of a document, for models that were not trained to write it as it is delivered. The whole document is
     * delivered at once, when it is complete.
     *
     * @param place JSON pointer of the value that the model writes without the document around it; null where it writes a document
     *     with the same pointers
     * @param document from the written text to the document
     */
    public record Spelling(@Nullable String place, UnaryOperator<String> document) {}

    /** Copies the list. */
    public AnswerForm {
        choices = List.copyOf(choices);
    }

    /** JSON of a schema; errors are those of {@link OutputConstraint#jsonSchema}. */
    public static AnswerForm jsonSchema(String schema, JsonStyle style) {
        return of(Kind.JSON_SCHEMA, List.of(), () -> OutputConstraint.jsonSchema(schema, style));
    }

    /** Any JSON object. */
    public static AnswerForm json(JsonStyle style) {
        return of(Kind.JSON, List.of(), () -> OutputConstraint.json(style));
    }

    /** Exactly one of these texts; errors are those of {@link OutputConstraint#choice}. */
    public static AnswerForm choice(List<String> texts) {
        List<String> distinct = texts.stream().distinct().toList();
        return of(Kind.CHOICE, distinct, () -> OutputConstraint.choice(distinct));
    }

    /** Texts that a pattern matches as a whole; errors are those of {@link OutputConstraint#regex}. */
    public static AnswerForm regex(String pattern) {
        return of(Kind.REGEX, List.of(), () -> OutputConstraint.regex(pattern));
    }

    /** Calls of tools, under {@link ToolUse.Choice#AUTO} text too; errors are those of {@link OutputConstraint#tools}. */
    public static AnswerForm tools(List<ToolShape> tools, ToolUse use, JsonStyle style, ToolCallFormat format) {
        return of(Kind.TOOLS, List.of(), () -> OutputConstraint.tools(tools, use, style, format));
    }

    /**
     * Calls of tools, or a document.
     *
     * @param schema of the document; errors are those of {@link OutputConstraint#toolsOrJson}
     */
    public static AnswerForm toolsOrJson(
            List<ToolShape> tools, ToolUse use, JsonStyle style, ToolCallFormat format, String schema) {
        return of(Kind.TOOLS_OR_JSON, List.of(), () -> OutputConstraint.toolsOrJson(tools, use, style, format, schema));
    }

    /** Calls of tools as the model writes them: nothing is forbidden, so a call may be of no tool, or not fit its schema. */
    public static AnswerForm callsAsWritten() {
        return new AnswerForm(Kind.TOOLS, null, List.of(), Limit.CUT, null, Duration.ZERO, null);
    }

    private static AnswerForm of(Kind kind, List<String> choices, Supplier<OutputConstraint> compile) {
        long start = System.nanoTime();
        OutputConstraint constraint = compile.get();
        return new AnswerForm(
                kind, constraint, choices, Limit.CLOSE, null, Duration.ofNanos(System.nanoTime() - start), null);
    }

    /** The same with another rule for the limit. */
    public AnswerForm withLimit(Limit other) {
        return other == limit
                ? this
                : new AnswerForm(kind, constraint, choices, other, description, compileTime, spelling);
    }

    /**
     * The same, told to the model in the prompt.
     *
     * @param text for the model
     * @param sign a prompt with this text in it says it already
     */
    public AnswerForm describedBy(String text, String sign, Describe when) {
        Description told = new Description(text, sign, when);
        return new AnswerForm(kind, constraint, choices, limit, told, compileTime, spelling);
    }

    /** A document of a JSON schema that the model writes in the form of this one. */
    public AnswerForm spelling(Spelling other) {
        return new AnswerForm(Kind.JSON_SCHEMA, constraint, List.of(), limit, description, compileTime, other);
    }

    /** Whether tools may be called in it. */
    public boolean callsTools() {
        return kind == Kind.TOOLS || kind == Kind.TOOLS_OR_JSON;
    }

    /** Whether nothing but one JSON document stands in it. */
    public boolean isDocument() {
        return kind == Kind.JSON_SCHEMA || kind == Kind.JSON;
    }

    /** Whether text for people may stand in it: only there stop sequences count. */
    public boolean hasFreeText() {
        return kind == Kind.TOOLS;
    }

    /** What it is and not what it says, which a user may have written. */
    @Override
    public String toString() {
        return "AnswerForm[" + kind + ", " + limit + "]";
    }
}
