package io.github.glimpse.text.jinja;

/** A parsed expression. Evaluate parts with {@link JinjaRun#value}, which counts steps and nesting. */
interface JinjaExpression {

    Object evaluate(JinjaRun run);
}
