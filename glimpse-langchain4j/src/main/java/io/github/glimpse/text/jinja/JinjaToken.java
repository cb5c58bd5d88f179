package io.github.glimpse.text.jinja;

/**
 * A piece of a template.
 *
 * @param kind  what it is
 * @param text  the name, operator, number or text; strings without quotes and escapes
 * @param line  line in the template, from 1
 */
record JinjaToken(Kind kind, String text, int line) {

    enum Kind {
        DATA,
        OUTPUT_BEGIN,
        OUTPUT_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind wanted, String wantedText) {
        return kind == wanted && text.equals(wantedText);
    }

    boolean isName(String name) {
        return is(Kind.NAME, name);
    }

    boolean isOperator(String operator) {
        return is(Kind.OPERATOR, operator);
    }

    /** For messages. */
    String describe() {
        return switch (kind) {
            case END -> "end of template";
            case DATA -> "text";
            case OUTPUT_END -> "end of print statement";
            case BLOCK_END -> "end of statement block";
            default -> "'" + text + "'";
        };
    }
}
