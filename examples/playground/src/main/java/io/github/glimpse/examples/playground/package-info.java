/** A page on this machine that shows which part of a picture an answer looked at. */
@NullMarked
package io.github.glimpse.examples.playground;

import org.jspecify.annotations.NullMarked;
