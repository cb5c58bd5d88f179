/**
 * From the scores of all tokens to one of them: penalties, temperature, cuts by rank and by probability, and how likely what was
 * chosen is. Knows only the root room.
 */
@NullMarked
package io.github.glimpse.sampling;

import org.jspecify.annotations.NullMarked;
