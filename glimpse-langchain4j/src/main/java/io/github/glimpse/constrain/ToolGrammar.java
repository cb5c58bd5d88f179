package io.github.glimpse.constrain;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The grammar of answers that call tools: {@code <tool_call>}, a line with name and arguments, {@code </tool_call>}.
 * Where the vocabulary has tokens for the markers only they count; else the characters do, however they are cut.
 */
final class ToolGrammar {

    private final List<ToolShape> tools;
    private final ToolUse use;
    private final JsonStyle style;
    private final JsonStyle arguments;
    private final @Nullable String answer;

    ToolGrammar(List<ToolShape> tools, ToolUse use, JsonStyle style, @Nullable String answer) {
        this.tools = List.copyOf(tools);
        this.use = use;
        this.style = style;
        // Models invent parameters that a tool does not have, whatever a document may hold.
        this.arguments = JsonStyle.CLOSED.withIntegerDigits(style.integerDigits());
        this.answer = answer;
        Set<String> names = new HashSet<>();
        for (ToolShape tool : tools) {
            if (tool.name().isBlank() || JsonText.isBroken(tool.name()) || !names.add(tool.name())) {
                throw new InvalidConstraintException("The tool name '" + tool.name()
                        + "' is empty, no text, or comes twice; give each tool a name of its own");
            }
        }
        if (tools.isEmpty()) {
            throw new InvalidConstraintException("There is no tool to call; name at least one");
        }
    }

    /** Makes the grammar, with markers as tokens or as characters. */
    Grammar build(boolean tokens) {
        GrammarBuilder grammar = new GrammarBuilder(new CompileWork());
        int start = grammar.state();
        int end = grammar.state();
        grammar.accept(end);
        boolean mayTell = use.choice() == ToolUse.Choice.AUTO;
        int before = start;
        int call = call(grammar, tokens);
        for (int count = 0; count < use.mostCalls(); count++) {
            int opened = grammar.state();
            int behind = grammar.state();
            if (count == 0 && mayTell && answer == null) {
                text(grammar, tokens, before, opened, end);
            } else {
                marker(grammar, tokens, Grammar.OPEN_MARKER, before, opened);
            }
            grammar.call(opened, call, behind);
            grammar.skip(behind, end);
            before = grammar.text(behind, "\n");
        }
        if (answer != null) {
            grammar.skip(start, new SchemaCompiler(JsonText.read(answer), style, grammar).root());
        }
        return Grammar.of(grammar, start);
    }

    private static void marker(GrammarBuilder grammar, boolean tokens, int symbol, int from, int to) {
        if (tokens) {
            grammar.symbols(from, symbol, symbol, to);
        } else {
            String text = symbol == Grammar.OPEN_MARKER ? ConstraintTables.OPEN : ConstraintTables.CLOSE;
            grammar.skip(grammar.text(from, text), to);
        }
    }

    /** Any bytes, up to the marker that opens a call. */
    private static void text(GrammarBuilder grammar, boolean tokens, int start, int opened, int end) {
        grammar.skip(start, end);
        if (tokens) {
            grammar.symbols(start, 0, 255, start);
            grammar.symbols(start, Grammar.OPEN_MARKER, Grammar.OPEN_MARKER, opened);
            return;
        }
        String marker = ConstraintTables.OPEN;
        int[] states = new int[marker.length()];
        for (int count = 0; count < states.length; count++) {
            states[count] = count == 0 ? start : grammar.state();
            grammar.skip(states[count], end);
        }
        for (int count = 0; count < states.length; count++) {
            char expected = marker.charAt(count);
            grammar.symbols(states[count], expected, expected, count + 1 < states.length ? states[count + 1] : opened);
            // The marker's first character comes once in it: what does not go on begins anew, or is over.
            for (int value = 0; value < 256; value++) {
                if (value != expected) {
                    grammar.symbols(states[count], value, value, value == marker.charAt(0) ? states[1] : start);
                }
            }
        }
    }

    /** A rule: what stands between the markers, and the one that closes. */
    private int call(GrammarBuilder grammar, boolean tokens) {
        int start = grammar.state();
        int end = grammar.state();
        grammar.accept(end);
        int named = grammar.separator(grammar.text(start, "\n{\"name\""), ":");
        int closing = grammar.state();
        for (int index = 0; index < tools.size(); index++) {
            ToolShape tool = tools.get(index);
            int listed = grammar.separator(grammar.text(named, JsonText.quoted(tool.name())), ",");
            int begin = grammar.separator(grammar.text(listed, "\"arguments\""), ":");
            int behind = grammar.state();
            grammar.arguments(behind, index);
            grammar.level(behind);
            grammar.call(begin, arguments(grammar, tool), behind);
            grammar.skip(behind, closing);
        }
        marker(grammar, tokens, Grammar.CLOSE_MARKER, grammar.text(closing, "}\n"), end);
        return start;
    }

    private int arguments(GrammarBuilder grammar, ToolShape tool) {
        if (tool.arguments() == ToolShape.Arguments.FREE) {
            return new JsonGrammar(grammar, arguments).object();
        }
        SchemaCompiler compiler = new SchemaCompiler(JsonText.read(tool.parameters()), arguments, grammar);
        int rule = compiler.root();
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
}
