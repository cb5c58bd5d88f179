/**
 * Bricks of transformer models: attention in blocks and over a cache, rotary positions, the decoder stack. A brick does not
 * know which model it is in. The sums stand in the {@code .torch} texts of the same path, the shapes in the Java faces.
 */
@NullMarked
package io.github.glimpse.nn;

import org.jspecify.annotations.NullMarked;
