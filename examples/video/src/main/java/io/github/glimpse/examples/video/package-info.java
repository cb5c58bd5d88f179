/** Video files for Glimpse, by JavaCV. */
@NullMarked
package io.github.glimpse.examples.video;

import org.jspecify.annotations.NullMarked;
