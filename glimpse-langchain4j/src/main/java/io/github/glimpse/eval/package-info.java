/**
 * Measures pruning: a set of questions is asked with each of several settings, and each setting is compared with the unpruned
 * answers. Entry types {@link io.github.glimpse.eval.EvaluationSet} for the data, {@link io.github.glimpse.eval.EvaluationRun}
 * for the asking, {@link io.github.glimpse.eval.EvaluationSummary} for the figures and
 * {@link io.github.glimpse.eval.HtmlReport} for people. Knows the engine and nothing above it.
 */
@NullMarked
package io.github.glimpse.eval;

import org.jspecify.annotations.NullMarked;
