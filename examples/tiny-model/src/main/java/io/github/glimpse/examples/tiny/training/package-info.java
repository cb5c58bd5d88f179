/**
 * The training of the embedded model, in stages on the library's room {@code train}: the eye alone on labelled cells, the
 * decoder alone on symbolic cells, the graft of one onto the other, both together, and the glimpse module.
 *
 * <p>{@link io.github.glimpse.examples.tiny.training.Train} runs a stage in a run folder,
 * {@link io.github.glimpse.examples.tiny.evaluation.Evaluate} reports on pictures that no stage has seen. The sums are compute
 * text beside the classes; they are those of the library's Qwen2.5-VL graph, arranged for batches of one page size.
 */
@NullMarked
package io.github.glimpse.examples.tiny.training;

import org.jspecify.annotations.NullMarked;
