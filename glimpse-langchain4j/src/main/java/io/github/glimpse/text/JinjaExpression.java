package io.github.glimpse.text;

/** A parsed expression. Evaluate parts with {@link JinjaRun#value}, which counts steps and nesting. */
interface JinjaExpression {

    Object evaluate(JinjaRun run);
}
