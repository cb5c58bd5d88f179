/** Strategies that drop what is already there: rows, or pixels, that others of the picture stand for. */
@NullMarked
package io.github.glimpse.prune.diversity;

import org.jspecify.annotations.NullMarked;
