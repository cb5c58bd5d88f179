package io.github.glimpse.text.jinja;

import io.github.glimpse.text.jinja.JinjaToken.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads operands: literals, names, brackets, and what follows them: attributes, items, calls, filters, tests. */
final class JinjaOperandParser {

    private final JinjaTokens tokens;
    private final JinjaKnownNames known;
    private final Set<String> names;
    private final JinjaExpressionParser expressions;

    JinjaOperandParser(
            JinjaTokens tokens, JinjaKnownNames known, Set<String> names, JinjaExpressionParser expressions) {
        this.tokens = tokens;
        this.known = known;
        this.names = names;
        this.expressions = expressions;
    }

    JinjaExpression parseUnary() {
        return parseFiltersAndTests(parseSigned());
    }

    private JinjaExpression parseSigned() {
        JinjaExpression expression;
        if (tokens.current().isOperator("-") || tokens.current().isOperator("+")) {
            tokens.enter();
            boolean negative = tokens.next().text().equals("-");
            JinjaExpression operand = parseSigned();
            tokens.leave();
            expression = run -> JinjaOperators.sign(run.value(operand), negative);
        } else {
            expression = parsePrimary();
        }
        return parsePostfix(expression);
    }

    private JinjaExpression parsePrimary() {
        JinjaToken token = tokens.current();
        switch (token.kind()) {
            case NAME -> {
                tokens.next();
                return name(token.text());
            }
            case STRING -> {
                StringBuilder text = new StringBuilder();
                while (tokens.current().kind() == Kind.STRING) {
                    text.append(tokens.next().text());
                }
                return new JinjaExpressions.Literal(text.toString());
            }
            case INTEGER -> {
                return new JinjaExpressions.Literal(JinjaLiterals.integer(tokens.next()));
            }
            case FLOAT -> {
                return new JinjaExpressions.Literal(JinjaLiterals.real(tokens.next()));
            }
            default -> {
                return parseBracketed();
            }
        }
    }

    /** A name that is read, or the literal that it is. */
    JinjaExpression name(String name) {
        return switch (name) {
            case "true", "True" -> new JinjaExpressions.Literal(true);
            case "false", "False" -> new JinjaExpressions.Literal(false);
            case "none", "None" -> new JinjaExpressions.Literal(JinjaNone.NONE);
            default -> {
                names.add(name);
                yield new JinjaExpressions.Name(name);
            }
        };
    }

    private JinjaExpression parseBracketed() {
        if (tokens.skipOperator("(")) {
            tokens.enter();
            JinjaExpression inner = expressions.parseItems(true);
            tokens.leave();
            tokens.expectOperator(")");
            return inner;
        }
        if (tokens.skipOperator("[")) {
            List<JinjaExpression> items = parseUntil("]");
            return run -> JinjaExpressions.values(run, items);
        }
        if (tokens.skipOperator("{")) {
            return parseDict();
        }
        throw tokens.unexpected("expected an expression");
    }

    private List<JinjaExpression> parseUntil(String end) {
        List<JinjaExpression> items = new ArrayList<>();
        while (!tokens.current().isOperator(end)) {
            items.add(expressions.parse());
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator(end);
        return items;
    }

    private JinjaExpression parseDict() {
        List<JinjaExpression> keys = new ArrayList<>();
        List<JinjaExpression> values = new ArrayList<>();
        while (!tokens.current().isOperator("}")) {
            keys.add(expressions.parse());
            tokens.expectOperator(":");
            values.add(expressions.parse());
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator("}");
        return new JinjaExpressions.DictOf(keys, values);
    }

    private JinjaExpression parsePostfix(JinjaExpression operand) {
        JinjaExpression expression = operand;
        while (true) {
            if (tokens.skipOperator(".")) {
                expression = parseAttribute(expression);
            } else if (tokens.skipOperator("[")) {
                expression = parseSubscript(expression);
            } else if (tokens.current().isOperator("(")) {
                expression = new JinjaExpressions.Call(expression, parseArguments());
            } else {
                return expression;
            }
        }
    }

    private JinjaExpression parseAttribute(JinjaExpression owner) {
        if (tokens.current().kind() == Kind.INTEGER) {
            return new JinjaExpressions.Item(owner, new JinjaExpressions.Literal(JinjaLiterals.integer(tokens.next())));
        }
        return new JinjaExpressions.Attribute(owner, tokens.expect(Kind.NAME).text());
    }

    private JinjaExpression parseSubscript(JinjaExpression owner) {
        JinjaExpression absent = new JinjaExpressions.Literal(JinjaNone.NONE);
        JinjaExpression start = tokens.current().isOperator(":") ? absent : expressions.parse();
        if (tokens.skipOperator("]")) {
            return new JinjaExpressions.Item(owner, start);
        }
        tokens.expectOperator(":");
        boolean noStop = tokens.current().isOperator(":") || tokens.current().isOperator("]");
        JinjaExpression stop = noStop ? absent : expressions.parse();
        JinjaExpression step = absent;
        if (tokens.skipOperator(":") && !tokens.current().isOperator("]")) {
            step = expressions.parse();
        }
        tokens.expectOperator("]");
        return new JinjaExpressions.Slice(owner, start, stop, step);
    }

    JinjaExpressions.Arguments parseArguments() {
        JinjaToken start = tokens.current();
        tokens.expectOperator("(");
        List<JinjaExpression> positional = new ArrayList<>();
        Map<String, JinjaExpression> named = new LinkedHashMap<>();
        JinjaExpression morePositional = null;
        JinjaExpression moreNamed = null;
        while (!tokens.current().isOperator(")")) {
            boolean ordered = moreNamed == null;
            if (tokens.skipOperator("*")) {
                ordered &= morePositional == null;
                morePositional = expressions.parse();
            } else if (tokens.skipOperator("**")) {
                moreNamed = expressions.parse();
            } else if (tokens.current().kind() == Kind.NAME && tokens.ahead().isOperator("=")) {
                String name = tokens.next().text();
                tokens.next();
                ordered &= named.put(name, expressions.parse()) == null;
            } else {
                ordered &= named.isEmpty() && morePositional == null;
                positional.add(expressions.parse());
            }
            if (!ordered) {
                throw JinjaParser.syntaxError(start.line(), "invalid syntax for function call expression");
            }
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator(")");
        return new JinjaExpressions.Arguments(positional, named, morePositional, moreNamed);
    }

    private JinjaExpression parseFiltersAndTests(JinjaExpression operand) {
        JinjaExpression expression = operand;
        while (true) {
            if (tokens.skipOperator("|")) {
                expression = parseFilter(expression);
            } else if (tokens.skipName("is")) {
                expression = parseTest(expression);
            } else if (tokens.current().isOperator("(")) {
                expression = new JinjaExpressions.Call(expression, parseArguments());
            } else {
                return expression;
            }
        }
    }

    /** A filter after its bar, and those that follow. */
    JinjaExpression parseFilter(JinjaExpression operand) {
        JinjaExpression expression = operand;
        do {
            String name = tokens.expect(Kind.NAME).text();
            known.requireFilter(name, tokens.current().line());
            JinjaExpressions.Arguments arguments =
                    tokens.current().isOperator("(") ? parseArguments() : JinjaExpressions.Arguments.NONE;
            expression = new JinjaExpressions.Filter(expression, name, arguments);
        } while (tokens.skipOperator("|"));
        return expression;
    }

    private JinjaExpression parseTest(JinjaExpression operand) {
        boolean negated = tokens.skipName("not");
        String name = tokens.expect(Kind.NAME).text();
        known.requireTest(name, tokens.current().line());
        JinjaExpressions.Arguments arguments = JinjaExpressions.Arguments.NONE;
        if (tokens.current().isOperator("(")) {
            arguments = parseArguments();
        } else if (startsTestArgument()) {
            if (tokens.current().isName("is")) {
                throw tokens.unexpected("You cannot chain multiple tests with is");
            }
            arguments = new JinjaExpressions.Arguments(List.of(parsePostfix(parsePrimary())), Map.of(), null, null);
        }
        JinjaExpressions.Arguments written = arguments;
        return run -> negated != JinjaTests.apply(run, name, run.value(operand), written.evaluate(run));
    }

    private boolean startsTestArgument() {
        JinjaToken token = tokens.current();
        return switch (token.kind()) {
            case NAME -> !token.isName("else") && !token.isName("or") && !token.isName("and");
            case STRING, INTEGER, FLOAT -> true;
            default -> token.isOperator("[") || token.isOperator("{");
        };
    }
}
