/** The table of strategies on the embedded model's held-out questions, or on data and models of one's own, from the command line. */
@NullMarked
package io.github.glimpse.examples.evaluate;

import org.jspecify.annotations.NullMarked;
