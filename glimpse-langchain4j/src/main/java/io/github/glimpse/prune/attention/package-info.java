/** Strategies that keep what the language decoder's own attention falls on. They know the question, and cost one row a layer. */
@NullMarked
package io.github.glimpse.prune.attention;

import org.jspecify.annotations.NullMarked;
