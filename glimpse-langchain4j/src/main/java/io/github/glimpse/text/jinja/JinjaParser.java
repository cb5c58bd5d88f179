package io.github.glimpse.text.jinja;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.text.jinja.JinjaToken.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads a template into statements. Expressions are the matter of {@link JinjaExpressionParser}. */
final class JinjaParser {

    private final JinjaTokens tokens;
    private final JinjaKnownNames known;
    private final Set<String> names = new HashSet<>();
    private final JinjaExpressionParser expressions;

    /** Loops around the statement, for break and continue; a macro starts anew. */
    private int loops;

    private JinjaParser(List<JinjaToken> tokens, JinjaKnownNames known) {
        this.tokens = new JinjaTokens(tokens);
        this.known = known;
        this.expressions = new JinjaExpressionParser(this.tokens, known, names);
    }

    /**
     * Parses a whole template.
     *
     * @param known checks the names of filters and tests
     * @throws ModelFilesException if the template is not well formed, with the line
     */
    static List<JinjaStatement> parse(String source, JinjaKnownNames known) {
        JinjaParser parser = new JinjaParser(JinjaLexer.tokens(source), known);
        return parser.parseBody(Set.of());
    }

    static ModelFilesException syntaxError(int line, String message) {
        return new ModelFilesException("The chat template is not well formed, line " + line + ": " + message
                + "; take the template from the model's publisher or mend it");
    }

    /** Statements up to one of the end tags, whose name is then the current token, or up to the end. */
    private List<JinjaStatement> parseBody(Set<String> ends) {
        tokens.enter();
        List<JinjaStatement> body = new ArrayList<>();
        while (true) {
            JinjaToken token = tokens.next();
            switch (token.kind()) {
                case DATA -> body.add(new JinjaStatements.Text(token.text()));
                case OUTPUT_BEGIN -> {
                    body.add(new JinjaStatements.Output(expressions.parseTuple(true), token.line()));
                    tokens.expect(Kind.OUTPUT_END);
                }
                case BLOCK_BEGIN -> {
                    JinjaToken tag = tokens.current();
                    if (tag.kind() == Kind.NAME && ends.contains(tag.text())) {
                        tokens.leave();
                        return body;
                    }
                    body.add(parseStatement());
                    tokens.expect(Kind.BLOCK_END);
                }
                default -> {
                    if (!ends.isEmpty()) {
                        throw syntaxError(
                                token.line(), "Unexpected end of template, looking for " + String.join(" or ", ends));
                    }
                    tokens.leave();
                    return body;
                }
            }
        }
    }

    /** The body after a tag's expressions: the tag's end, statements, and the end tag's name, which is skipped. */
    private List<JinjaStatement> parseBlock(String... ends) {
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END);
        return parseBody(Set.of(ends));
    }

    private JinjaStatement parseStatement() {
        JinjaToken tag = tokens.expect(Kind.NAME);
        int line = tag.line();
        return switch (tag.text()) {
            case "for" -> parseFor(line);
            case "if" -> parseIf(line);
            case "set" -> parseSet(line);
            case "macro" -> parseMacro();
            case "call" -> parseCall(line);
            case "filter" -> parseFilterBlock(line);
            case "with" -> parseWith(line);
            case "generation" -> parseGeneration();
            case "break" -> jump(JinjaStatement.Flow.BREAK, line);
            case "continue" -> jump(JinjaStatement.Flow.CONTINUE, line);
            default -> throw syntaxError(line, "Encountered unknown tag '" + tag.text() + "'");
        };
    }

    private JinjaStatement jump(JinjaStatement.Flow flow, int line) {
        if (loops == 0) {
            throw syntaxError(line, "break and continue belong into a loop");
        }
        return new JinjaStatements.Jump(flow);
    }

    private JinjaStatement parseFor(int line) {
        JinjaStatements.Target target = expressions.parseTarget(false);
        if (!tokens.skipName("in")) {
            throw tokens.unexpected("expected 'in'");
        }
        JinjaExpression iterable = expressions.parseTuple(false);
        JinjaExpression condition = tokens.skipName("if") ? expressions.parse() : null;
        if (tokens.current().isName("recursive")) {
            throw syntaxError(line, "recursive loops are not supported");
        }
        loops++;
        List<JinjaStatement> body = parseBlock("endfor", "else");
        loops--;
        boolean hasElse = tokens.next().text().equals("else");
        List<JinjaStatement> otherwise = List.of();
        if (hasElse) {
            otherwise = parseBlock("endfor");
            tokens.next();
        }
        return new JinjaStatements.For(target, iterable, condition, body, otherwise, line);
    }

    private JinjaStatement parseIf(int line) {
        List<JinjaExpression> conditions = new ArrayList<>();
        List<List<JinjaStatement>> bodies = new ArrayList<>();
        known.enterCondition();
        String end = "elif";
        while (end.equals("elif")) {
            conditions.add(expressions.parseTuple(false));
            bodies.add(parseBlock("elif", "else", "endif"));
            end = tokens.next().text();
        }
        if (end.equals("else")) {
            bodies.add(parseBlock("endif"));
            tokens.next();
        }
        known.leaveCondition();
        return new JinjaStatements.If(conditions, bodies, line);
    }

    private JinjaStatement parseSet(int line) {
        JinjaStatements.Target target = expressions.parseTarget(true);
        if (tokens.skipOperator("=")) {
            JinjaExpression value = expressions.parseTuple(true);
            return new JinjaStatements.Set(target, value, line);
        }
        JinjaExpression filtered = expressions.parseBlockFilters();
        List<JinjaStatement> body = parseBlock("endset");
        tokens.next();
        return new JinjaStatements.SetBlock(
                target, filtered == null ? new JinjaStatements.BlockText() : filtered, body, line);
    }

    private JinjaStatement parseMacro() {
        String name = tokens.expect(Kind.NAME).text();
        return new JinjaStatements.DefineMacro(name, parseMacroBody(parseHead(), "endmacro"));
    }

    private JinjaStatement parseCall(int line) {
        MacroHead head = tokens.current().isOperator("(") ? parseHead() : MacroHead.EMPTY;
        if (!(expressions.parse() instanceof JinjaExpressions.Call call)) {
            throw syntaxError(line, "expected call");
        }
        return new JinjaStatements.CallBlock(call, parseMacroBody(head, "endcall"), line);
    }

    /** Parameters of a macro with their defaults. */
    private record MacroHead(List<String> parameters, List<JinjaExpression> defaults) {
        static final MacroHead EMPTY = new MacroHead(List.of(), List.of());
    }

    private MacroHead parseHead() {
        List<String> parameters = new ArrayList<>();
        List<JinjaExpression> defaults = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.current().isOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            JinjaToken parameter = tokens.expect(Kind.NAME);
            parameters.add(parameter.text());
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.parse());
            } else if (!defaults.isEmpty()) {
                throw syntaxError(parameter.line(), "non-default argument follows default argument");
            }
        }
        tokens.expectOperator(")");
        return new MacroHead(parameters, defaults);
    }

    /** Finds out which names the body reads: whether it takes more arguments than it names depends on them. */
    private JinjaMacro.Shape parseMacroBody(MacroHead head, String end) {
        Set<String> outerNames = Set.copyOf(names);
        names.clear();
        int outerLoops = loops;
        loops = 0;
        List<JinjaStatement> body = parseBlock(end);
        tokens.next();
        loops = outerLoops;
        Set<String> bodyNames = Set.copyOf(names);
        names.addAll(outerNames);
        return new JinjaMacro.Shape(head.parameters(), head.defaults(), body, bodyNames);
    }

    private JinjaStatement parseFilterBlock(int line) {
        JinjaExpression filtered = expressions.parseFilters();
        List<JinjaStatement> body = parseBlock("endfilter");
        tokens.next();
        return new JinjaStatements.FilterBlock(filtered, body, line);
    }

    private JinjaStatement parseWith(int line) {
        List<JinjaStatements.Target> targets = new ArrayList<>();
        List<JinjaExpression> values = new ArrayList<>();
        while (tokens.current().kind() != Kind.BLOCK_END) {
            if (!targets.isEmpty()) {
                tokens.expectOperator(",");
            }
            targets.add(expressions.parseTarget(false));
            tokens.expectOperator("=");
            values.add(expressions.parse());
        }
        List<JinjaStatement> body = parseBlock("endwith");
        tokens.next();
        return new JinjaStatements.With(targets, values, body, line);
    }

    /** Marks what the model has said, for training; here its text is all that matters. */
    private JinjaStatement parseGeneration() {
        int outerLoops = loops;
        loops = 0;
        List<JinjaStatement> body = parseBlock("endgeneration");
        tokens.next();
        loops = outerLoops;
        return new JinjaStatements.Block(body);
    }
}
