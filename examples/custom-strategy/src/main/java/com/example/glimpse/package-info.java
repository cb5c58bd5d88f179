/** A pruning strategy that is no part of Glimpse: public API of {@code io.github.glimpse} and nothing else. */
@NullMarked
package com.example.glimpse;

import org.jspecify.annotations.NullMarked;
