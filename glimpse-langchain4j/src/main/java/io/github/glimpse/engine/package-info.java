/**
 * Runs compute text on the native tensor library and owns every piece of native memory. The only room that knows
 * {@code ai.djl.pytorch}. Entry types: {@link io.github.glimpse.engine.TorchRuntime},
 * {@link io.github.glimpse.engine.Graph}, {@link io.github.glimpse.engine.Weights}.
 */
@NullMarked
package io.github.glimpse.engine;

import org.jspecify.annotations.NullMarked;
