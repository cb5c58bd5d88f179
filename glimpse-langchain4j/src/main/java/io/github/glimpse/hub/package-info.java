/**
 * Where files come from: finds a model's directory, checks that it is complete, and reads its settings with good messages.
 * Knows no tensors: weights are only located here and read by the engine. Entry types:
 * {@link io.github.glimpse.hub.ModelSource}, {@link io.github.glimpse.hub.ModelFiles},
 * {@link io.github.glimpse.hub.ModuleFiles}, {@link io.github.glimpse.hub.ModelConfig}.
 */
@NullMarked
package io.github.glimpse.hub;

import org.jspecify.annotations.NullMarked;
