package io.github.glimpse.constrain;

import io.github.glimpse.answer.ArgumentLayout;
import io.github.glimpse.answer.CallLayout;
import io.github.glimpse.answer.CallLayout.Arguments;
import io.github.glimpse.answer.CallLayout.Index;
import io.github.glimpse.answer.CallLayout.Literal;
import io.github.glimpse.answer.CallLayout.Maybe;
import io.github.glimpse.answer.CallLayout.Message;
import io.github.glimpse.answer.CallLayout.Name;
import io.github.glimpse.answer.CallLayout.Part;
import io.github.glimpse.answer.CallLayout.Section;
import io.github.glimpse.answer.CallLayout.Separator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compiler of the grammar of answers that call tools, from the layout of a format. Used once. */
final class CallGrammar {

    private static final TextPattern ID = TextPatternReader.read("[A-Za-z0-9]{9}");
    private static final TextPattern INDEX = TextPatternReader.read("[0-9]{1,2}");

    private final List<ToolShape> tools;
    private final JsonStyle style;
    private final GrammarBuilder grammar;
    private final Map<ArgumentLayout, ArgumentCompiler> compilers = new HashMap<>();
    private final Map<Argument, Integer> arguments = new HashMap<>();
    private final Map<List<Part>, Integer> calls = new HashMap<>();

    private record Argument(ArgumentLayout layout, int tool) {}

    /**
     * Prepares a grammar.
     *
     * @param style of which the digits count: parameters that a tool does not list are never written
     * @param markers texts of the format that are tokens of the vocabulary
     */
    CallGrammar(List<ToolShape> tools, JsonStyle style, List<String> markers) {
        this.tools = tools;
        // Models invent parameters that a tool does not have, whatever a document may hold.
        this.style = JsonStyle.CLOSED.withIntegerDigits(style.integerDigits());
        grammar = new GrammarBuilder(new CompileWork(), markers);
    }

    GrammarBuilder grammar() {
        return grammar;
    }

    /** Adds the calls of an answer and nothing else. */
    void addCalls(CallLayout layout, int mostCalls, int start, int end) {
        for (Section section : layout.sections()) {
            addCalls(section, mostCalls, grammar.literal(start, section.open()), end);
        }
        for (Message message : layout.messages()) {
            if (message.close() != null) {
                addMessage(message, start, end);
            }
        }
    }

    /** Adds text, and calls after it or in its place. */
    void addTextAndCalls(CallLayout layout, int mostCalls, int start, int end) {
        if (!layout.markers().isEmpty()) {
            FreeText text = new FreeText(grammar, layout.markers());
            text.add(start, end);
            for (Section section : layout.sections()) {
                // What is before a marker is text
                if (text.isMarker(section.open())) {
                    addCalls(section, mostCalls, text.afterMarker(section.open()), end);
                }
            }
            return;
        }
        addCalls(layout, mostCalls, start, end);
        if (layout.messages().isEmpty()) {
            FreeText.addUnlike(
                    grammar, layout.sections().stream().map(Section::open).toList(), start, end);
        }
        for (Message message : layout.messages()) {
            if (message.close() == null) {
                addMessage(message, start, end);
            }
        }
    }

    private void addMessage(Message message, int start, int end) {
        int body = grammar.literal(start, message.open());
        String close = message.close();
        int after = grammar.state();
        TextSpelling.plain(grammar).add(TextAutomaton.without(message.ends(), grammar.work()), body, after);
        if (close == null) {
            grammar.skip(after, end);
        } else {
            grammar.skip(grammar.literal(after, close), start);
        }
    }

    private void addCalls(Section section, int mostCalls, int from, int end) {
        int call = calls.computeIfAbsent(section.call(), this::call);
        String between = section.between();
        int before = from;
        for (int count = 0; count < (between == null ? 1 : mostCalls); count++) {
            int after = grammar.state();
            grammar.call(before, call, after);
            grammar.skip(grammar.literal(after, section.close()), end);
            before = between == null ? after : grammar.literal(after, between);
        }
    }

    /** The rule of one call. The parts after the arguments are the same for all tools. */
    private int call(List<Part> parts) {
        int start = grammar.state();
        int name = indexOf(parts, Name.class);
        int after = indexOf(parts, Arguments.class);
        int named = add(parts.subList(0, name), start);
        int closing = grammar.state();
        for (int index = 0; index < tools.size(); index++) {
            int at = name((Name) parts.get(name), tools.get(index).name(), named);
            at = add(parts.subList(name + 1, after), at);
            int behind = grammar.state();
            grammar.arguments(behind, index);
            grammar.level(behind);
            ArgumentLayout layout = ((Arguments) parts.get(after)).layout();
            grammar.call(at, arguments(new Argument(layout, index)), behind);
            grammar.skip(behind, closing);
        }
        int end = grammar.state();
        grammar.accept(end);
        grammar.skip(add(parts.subList(after + 1, parts.size()), closing), end);
        return start;
    }

    private static int indexOf(List<Part> parts, Class<? extends Part> type) {
        int index = 0;
        while (!type.isInstance(parts.get(index))) {
            index++;
        }
        return index;
    }

    private int name(Name part, String name, int from) {
        return switch (part.spelling()) {
            case BARE -> grammar.text(from, BareNames.checked(name));
            case QUOTED -> grammar.text(from, JsonText.quoted(name));
        };
    }

    private int arguments(Argument argument) {
        Integer known = arguments.get(argument);
        if (known == null) {
            known = compilers
                    .computeIfAbsent(argument.layout(), layout -> new ArgumentCompiler(grammar, layout, style))
                    .rule(tools.get(argument.tool()));
            arguments.put(argument, known);
        }
        return known;
    }

    private int add(List<Part> parts, int from) {
        int at = from;
        for (Part part : parts) {
            at = add(part, at);
        }
        return at;
    }

    private int add(Part part, int from) {
        if (part instanceof Literal literal) {
            return grammar.literal(from, literal.text());
        }
        if (part instanceof Separator separator) {
            return grammar.separator(from, separator.text());
        }
        if (part instanceof Maybe maybe) {
            int to = add(maybe.parts(), from);
            grammar.skip(from, to);
            return to;
        }
        if (part instanceof CallLayout.Id) {
            return pattern(ID, from);
        }
        if (part instanceof Index) {
            return pattern(INDEX, from);
        }
        throw new IllegalArgumentException("A name or arguments are no part by themselves: " + part);
    }

    private int pattern(TextPattern pattern, int from) {
        int to = grammar.state();
        TextSpelling.plain(grammar).add(PatternCompiler.whole(pattern, grammar.work()), from, to);
        return to;
    }
}
