package io.github.glimpse.text.jinja;

import io.github.glimpse.text.jinja.JinjaToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads expressions, from the loosest binding to the tightest as in Jinja's grammar. */
final class JinjaExpressionParser {

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final JinjaTokens tokens;
    private final JinjaOperandParser operands;

    /**
     * @param known checks the names of filters and tests
     * @param names      gets the names that are read
     */
    JinjaExpressionParser(JinjaTokens tokens, JinjaKnownNames known, Set<String> names) {
        this.tokens = tokens;
        this.operands = new JinjaOperandParser(tokens, known, names, this);
    }

    /** {@code then if condition else otherwise}, and all that binds tighter. */
    JinjaExpression parse() {
        tokens.enter();
        JinjaExpression expression = parseOr();
        while (tokens.skipName("if")) {
            JinjaExpression condition = parseOr();
            JinjaExpression otherwise = tokens.skipName("else") ? parse() : null;
            expression = new JinjaExpressions.Conditional(condition, expression, otherwise);
        }
        tokens.leave();
        return expression;
    }

    /** One expression, or several with commas between as a tuple. */
    JinjaExpression parseTuple(boolean allowsConditional) {
        if (endsTuple()) {
            throw tokens.unexpected("Expected an expression");
        }
        return parseItems(allowsConditional);
    }

    JinjaExpression parseItems(boolean allowsConditional) {
        List<JinjaExpression> items = new ArrayList<>();
        boolean isTuple = false;
        while (!endsTuple()) {
            items.add(allowsConditional ? parse() : parseOr());
            if (!tokens.skipOperator(",")) {
                break;
            }
            isTuple = true;
        }
        return items.size() == 1 && !isTuple
                ? items.get(0)
                : run -> new JinjaTuple(JinjaExpressions.values(run, items));
    }

    private boolean endsTuple() {
        Kind kind = tokens.current().kind();
        return kind == Kind.OUTPUT_END
                || kind == Kind.BLOCK_END
                || kind == Kind.END
                || tokens.current().isOperator(")");
    }

    JinjaExpression parseOr() {
        tokens.enter();
        JinjaExpression left = parseAnd();
        while (tokens.skipName("or")) {
            left = new JinjaExpressions.Or(left, parseAnd());
        }
        tokens.leave();
        return left;
    }

    private JinjaExpression parseAnd() {
        JinjaExpression left = parseNot();
        while (tokens.skipName("and")) {
            left = new JinjaExpressions.And(left, parseNot());
        }
        return left;
    }

    private JinjaExpression parseNot() {
        if (!tokens.skipName("not")) {
            return parseCompare();
        }
        tokens.enter();
        JinjaExpression operand = parseNot();
        tokens.leave();
        return run -> !run.isTrue(operand);
    }

    private JinjaExpression parseCompare() {
        JinjaExpression first = parseSum();
        List<String> operators = new ArrayList<>();
        List<JinjaExpression> others = new ArrayList<>();
        while (true) {
            JinjaToken token = tokens.current();
            if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
                operators.add(tokens.next().text());
            } else if (tokens.skipName("in")) {
                operators.add("in");
            } else if (token.isName("not") && tokens.ahead().isName("in")) {
                tokens.next();
                tokens.next();
                operators.add("notin");
            } else {
                break;
            }
            others.add(parseSum());
        }
        return operators.isEmpty() ? first : new JinjaExpressions.Compare(first, operators, others);
    }

    private JinjaExpression parseSum() {
        return parseArithmetic(Set.of("+", "-"), this::parseConcat);
    }

    private JinjaExpression parseArithmetic(Set<String> operators, Supplier<JinjaExpression> operand) {
        JinjaExpression left = operand.get();
        while (tokens.current().kind() == Kind.OPERATOR
                && operators.contains(tokens.current().text())) {
            left = new JinjaExpressions.Arithmetic(left, tokens.next().text(), operand.get());
        }
        return left;
    }

    private JinjaExpression parseConcat() {
        JinjaExpression first = parseProduct();
        if (!tokens.current().isOperator("~")) {
            return first;
        }
        List<JinjaExpression> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(parseProduct());
        }
        return run -> JinjaExpressions.joined(run, parts);
    }

    private JinjaExpression parseProduct() {
        return parseArithmetic(Set.of("*", "/", "//", "%"), this::parsePower);
    }

    // Jinja's power binds to the left, unlike Python's.
    private JinjaExpression parsePower() {
        return parseArithmetic(Set.of("**"), operands::parseUnary);
    }

    /** What a statement assigns to: a name, several, or an attribute of a namespace where that is allowed. */
    JinjaStatements.Target parseTarget(boolean allowsAttributes) {
        List<JinjaStatements.Target> targets = new ArrayList<>();
        boolean isTuple = false;
        while (!endsTarget()) {
            targets.add(parseOneTarget(allowsAttributes));
            if (!tokens.skipOperator(",")) {
                break;
            }
            isTuple = true;
        }
        if (targets.isEmpty()) {
            throw tokens.unexpected("expected a name");
        }
        return isTuple ? new JinjaStatements.TupleTarget(targets) : targets.get(0);
    }

    private boolean endsTarget() {
        return endsTuple() || tokens.current().isName("in") || tokens.current().isOperator("=");
    }

    private JinjaStatements.Target parseOneTarget(boolean allowsAttributes) {
        if (tokens.skipOperator("(")) {
            tokens.enter();
            JinjaStatements.Target inner = parseTarget(allowsAttributes);
            tokens.leave();
            tokens.expectOperator(")");
            return inner;
        }
        JinjaToken token = tokens.expect(Kind.NAME);
        if (allowsAttributes && tokens.skipOperator(".")) {
            return new JinjaStatements.AttributeTarget(
                    token.text(), tokens.expect(Kind.NAME).text());
        }
        if (operands.name(token.text()) instanceof JinjaExpressions.Literal) {
            throw JinjaParser.syntaxError(token.line(), "can't assign to '" + token.text() + "'");
        }
        return new JinjaStatements.NameTarget(token.text());
    }

    /** The filters of a {@code filter} block. */
    JinjaExpression parseFilters() {
        return operands.parseFilter(new JinjaStatements.BlockText());
    }

    /** The filters of a {@code set} block, or null where there are none. */
    @Nullable
    JinjaExpression parseBlockFilters() {
        return tokens.skipOperator("|") ? operands.parseFilter(new JinjaStatements.BlockText()) : null;
    }
}
