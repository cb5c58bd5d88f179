/** Times Glimpse beside its rivals: the same weights, the same pictures, in turns. */
@NullMarked
package io.github.glimpse.examples.benchmark;

import org.jspecify.annotations.NullMarked;
