package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.answer.ArgumentLayout;
import io.github.glimpse.answer.ArgumentLayout.Values;
import io.github.glimpse.answer.ParameterType;
import io.github.glimpse.answer.ParameterTypes;
import io.github.glimpse.constrain.JsonGrammar.Quotes;
import io.github.glimpse.constrain.SchemaNode.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the rules of a tool's arguments in the spelling of a format. */
final class ArgumentCompiler {

    private static final String BLANKS = "[\\t\\n\\r ]*";

    private static final String NUMBER = "-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?";

    /** Numbers that JSON has not, and that a reader refuses as a value. */
    private static final String NOT_NUMBERS = "NaN|-?Infinity";

    private final GrammarBuilder grammar;
    private final ArgumentLayout layout;
    private final JsonStyle style;
    private final JsonGrammar json;
    private final TextSpelling plain;
    private final TextSpelling python;
    private final @Nullable TextAutomaton writable;

    ArgumentCompiler(GrammarBuilder grammar, ArgumentLayout layout, JsonStyle style) {
        this.grammar = grammar;
        this.layout = layout;
        this.style = style;
        Quotes quotes = layout.values() == Values.GEMMA ? Quotes.GEMMA : Quotes.JSON;
        json = new JsonGrammar(grammar, style, quotes, layout.ends());
        plain = TextSpelling.plain(grammar);
        python = TextSpelling.python(grammar);
        writable = layout.ends().isEmpty() ? null : TextAutomaton.without(layout.ends(), grammar.work());
    }

    /**
     * The rule of a tool's arguments.
     *
     * @throws InvalidConstraintException if they are not only objects, or nothing satisfies their schema
     */
    int rule(ToolShape tool) {
        if (tool.arguments() == ToolShape.Arguments.FREE) {
            return free();
        }
        JsonNode schema = JsonText.read(tool.parameters());
        SchemaCompiler compiler = new SchemaCompiler(schema, style, grammar, json);
        ParameterTypes types = new ParameterTypes(schema);
        int rule = isObject()
                ? compiler.root()
                : compiler.members(
                        new ArgumentSpelling(),
                        (name, schemas) ->
                                value(compiler, schemas, name == null ? types.ofUnlisted() : types.of(name)));
        if (!compiler.takesObjectsOnly()) {
            throw new InvalidConstraintException("The parameters of the tool '" + tool.name()
                    + "' are not only objects; write a schema of type object");
        }
        if (Grammar.isEmpty(grammar, rule)) {
            throw new InvalidConstraintException("Nothing satisfies the parameters of the tool '" + tool.name()
                    + "': they ask for what they forbid, or never end; loosen them");
        }
        return rule;
    }

    private boolean isObject() {
        return layout.values() == Values.JSON || layout.values() == Values.GEMMA;
    }

    private int free() {
        if (isObject()) {
            return json.object();
        }
        int value = grammar.state();
        addText(value, anyText().minus(pattern(BLANKS + "(?:" + NOT_NUMBERS + ")" + BLANKS), grammar.work()));
        if (layout.values() != Values.TEXT) {
            grammar.skip(grammar.literal(value, layout.beforeOther()), json.value());
        }
        int start = grammar.state();
        new ObjectRule(grammar, new ArgumentSpelling()).add(start, List.of(), new ObjectRule.Others(List.of(), value));
        return start;
    }

    private int value(SchemaCompiler compiler, List<SchemaNode> schemas, Set<ParameterType> types) {
        int start = grammar.state();
        int other = grammar.literal(start, layout.beforeOther());
        List<JsonNode> listed = new ArrayList<>();
        for (List<SchemaNode> alternative : compiler.alternatives(schemas)) {
            List<JsonNode> values = compiler.values(alternative);
            if (values != null) {
                listed.addAll(values);
                continue;
            }
            Set<Kind> kinds = SchemaCompiler.kinds(alternative);
            if (kinds.remove(Kind.STRING)) {
                compiler.contents(alternative).ifPresent(texts -> addText(start, unlike(texts, types)));
            }
            // A value without a type is read as a text.
            if (layout.values() != Values.TEXT || !types.isEmpty()) {
                compiler.addKinds(alternative, kinds, other);
                addWords(kinds, other);
            }
        }
        addListed(listed, start, other, types);
        return start;
    }

    private void addListed(List<JsonNode> values, int start, int other, Set<ParameterType> types) {
        List<String> texts = new ArrayList<>();
        List<JsonNode> others = new ArrayList<>();
        for (JsonNode value : values) {
            if (value.isTextual()) {
                texts.add(value.textValue());
            } else {
                others.add(value);
            }
        }
        if (!texts.isEmpty()) {
            addText(start, unlike(TextAutomaton.words(texts, grammar.work()), types));
        }
        if (!others.isEmpty()) {
            grammar.skip(other, json.literals(others));
        }
    }

    /** Words of Python, which models write in place of JSON's. */
    private void addWords(Set<Kind> kinds, int start) {
        if (layout.values() == Values.DECLARED) {
            return;
        }
        if (kinds.contains(Kind.BOOLEAN)) {
            grammar.skip(start, json.constants("True", "False"));
        }
        if (kinds.contains(Kind.NULL)) {
            grammar.skip(start, json.constants("None"));
        }
    }

    private void addText(int start, TextAutomaton texts) {
        int from = grammar.literal(start, layout.beforeText());
        int end = grammar.state();
        grammar.accept(end);
        TextAutomaton written = writable == null ? texts : texts.and(writable, grammar.work());
        if (layout.values() != Values.PYTHON) {
            plain.add(written, from, end);
            return;
        }
        int closing = grammar.state();
        grammar.skip(grammar.text(closing, "'"), end);
        python.add(written, grammar.text(from, "'"), closing);
        grammar.skip(from, json.string(texts));
    }

    private TextAutomaton anyText() {
        return TextAutomaton.length(0, TextPattern.UNLIMITED, grammar.work());
    }

    /** Texts that are not read as a value of another type. */
    private TextAutomaton unlike(TextAutomaton texts, Set<ParameterType> types) {
        if (layout.values() != Values.TEXT) {
            return texts;
        }
        List<String> others = new ArrayList<>();
        for (ParameterType type : types) {
            switch (type) {
                case NULL -> others.add("(?:null|None)" + BLANKS);
                case BOOLEAN -> others.add("(?:[tT][rR][uU][eE]|[fF][aA][lL][sS][eE])" + BLANKS);
                case INTEGER, NUMBER -> others.add(NUMBER + BLANKS);
                case OBJECT -> others.add("\\{[\\s\\S]*");
                case ARRAY -> others.add("\\[[\\s\\S]*");
                case STRING -> {}
            }
        }
        return others.isEmpty()
                ? texts
                : texts.minus(pattern(BLANKS + "(?:" + String.join("|", others) + ")"), grammar.work());
    }

    private TextAutomaton pattern(String expression) {
        return PatternCompiler.whole(TextPatternReader.read(expression), grammar.work());
    }

    /** Keys and values of a format. */
    private final class ArgumentSpelling implements MemberSpelling {

        @Override
        public int open(int from) {
            return from;
        }

        @Override
        public int key(int from, String name) {
            return grammar.text(grammar.literal(from, layout.beforeKey()), BareNames.checked(name));
        }

        @Override
        public int otherKey(int from, Collection<String> listed) {
            return BareNames.addOther(grammar, grammar.literal(from, layout.beforeKey()), listed);
        }

        @Override
        public int afterValue(int from) {
            return grammar.literal(from, layout.afterValue());
        }

        @Override
        public int between(int from) {
            return grammar.literal(from, layout.between());
        }

        @Override
        public int close(int from) {
            int end = grammar.state();
            grammar.skip(from, end);
            return end;
        }
    }
}
