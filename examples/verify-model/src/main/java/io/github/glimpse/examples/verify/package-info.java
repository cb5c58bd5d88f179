/** The library's half of a comparison with other implementations. */
@NullMarked
package io.github.glimpse.examples.verify;

import org.jspecify.annotations.NullMarked;
