/** Strategies that keep what the vision tower's attention falls on. They do not know the question, and cut before the decoder. */
@NullMarked
package io.github.glimpse.prune.tower;

import org.jspecify.annotations.NullMarked;
