/**
 * GlimpsePrune: a learned token looks once over the picture, a small predictor decides what stays (arXiv 2508.01548).
 */
@NullMarked
package io.github.glimpse.prune.glimpse;

import org.jspecify.annotations.NullMarked;
