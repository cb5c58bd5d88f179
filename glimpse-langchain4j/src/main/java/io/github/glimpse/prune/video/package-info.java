/** Strategies that choose among the slices of a video: rows that repeat the slice before, slices that differ from the others. */
@NullMarked
package io.github.glimpse.prune.video;

import org.jspecify.annotations.NullMarked;
