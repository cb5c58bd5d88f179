/** A folder of pictures into records. */
@NullMarked
package io.github.glimpse.examples.extract;

import org.jspecify.annotations.NullMarked;
