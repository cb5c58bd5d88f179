package io.github.glimpse.text.jinja;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.text.jinja.JinjaToken.Kind;
import java.util.List;

/** The tokens of a template and the place that the parser has reached. Shared by both halves of the parser. */
final class JinjaTokens {

    /** Nesting of expressions and blocks. Templates in use stay below twenty. */
    private static final int MAX_NESTING = 100;

    private final List<JinjaToken> tokens;
    private int position;
    private int nesting;

    JinjaTokens(List<JinjaToken> tokens) {
        this.tokens = tokens;
    }

    JinjaToken current() {
        return tokens.get(position);
    }

    JinjaToken ahead() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    JinjaToken next() {
        JinjaToken token = current();
        position = Math.min(position + 1, tokens.size() - 1);
        return token;
    }

    boolean skipName(String name) {
        boolean found = current().isName(name);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipOperator(String operator) {
        boolean found = current().isOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("expected '" + operator + "'");
        }
    }

    JinjaToken expect(Kind kind) {
        if (current().kind() != kind) {
            String wanted = kind == Kind.NAME ? "a name" : kind == Kind.OUTPUT_END ? "'}}'" : "'%}'";
            throw unexpected("expected " + wanted);
        }
        return next();
    }

    ModelFilesException unexpected(String expectation) {
        return JinjaParser.syntaxError(
                current().line(), expectation + ", got " + current().describe());
    }

    void enter() {
        if (++nesting > MAX_NESTING) {
            throw JinjaParser.syntaxError(current().line(), "it nests deeper than " + MAX_NESTING + " levels");
        }
    }

    void leave() {
        nesting--;
    }
}
