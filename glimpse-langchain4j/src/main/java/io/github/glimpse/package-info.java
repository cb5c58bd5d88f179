/**
 * Errors and markers that every room shares. Knows no other room.
 */
@NullMarked
package io.github.glimpse;

import org.jspecify.annotations.NullMarked;
