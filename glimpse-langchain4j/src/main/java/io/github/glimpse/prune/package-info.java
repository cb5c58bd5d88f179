/**
 * Which image tokens stay. Strategies see evidence and grids, never a model family, so every strategy works on every family
 * that can give its evidence. Entry types: {@link io.github.glimpse.prune.PruningOptions} for users,
 * {@link io.github.glimpse.prune.PruningStrategy} for those who add a strategy.
 */
@NullMarked
package io.github.glimpse.prune;

import org.jspecify.annotations.NullMarked;
