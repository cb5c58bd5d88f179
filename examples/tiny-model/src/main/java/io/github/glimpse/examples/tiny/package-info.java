/** The tiny model: pictures that are drawn, stages of its training, and what it can do. Each room has programs of its own. */
@NullMarked
package io.github.glimpse.examples.tiny;

import org.jspecify.annotations.NullMarked;
