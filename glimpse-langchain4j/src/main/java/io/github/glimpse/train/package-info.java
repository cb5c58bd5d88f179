/**
 * Training, in two layers. Bricks that know no model: trainable tensors by name, AdamW, schedules, checkpoints, progress, curves;
 * entry types {@link io.github.glimpse.train.TrainableParameters} and {@link io.github.glimpse.train.TrainingRun}, losses are
 * compute text called by {@link io.github.glimpse.engine.Graph#record}. And {@link io.github.glimpse.train.GlimpseTrainer},
 * which trains a glimpse module for any loaded family with them.
 */
@NullMarked
package io.github.glimpse.train;

import org.jspecify.annotations.NullMarked;
