/**
 * Strategies that look at nothing but places and pixels: what every better strategy has to beat. All in whole numbers, so that
 * every machine and every language keeps the same tokens.
 */
@NullMarked
package io.github.glimpse.prune.control;

import org.jspecify.annotations.NullMarked;
