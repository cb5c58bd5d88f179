/**
 * Training, from bricks that know no model: trainable tensors by name, AdamW, schedules, checkpoints, progress, curves.
 * Entry types: {@link io.github.glimpse.train.TrainableParameters} and
 * {@link io.github.glimpse.train.TrainingRun}; losses are compute text, called by
 * {@link io.github.glimpse.engine.Graph#record}.
 */
@NullMarked
package io.github.glimpse.train;

import org.jspecify.annotations.NullMarked;
