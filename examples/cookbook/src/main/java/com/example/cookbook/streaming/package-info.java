/**
 * Answers while they are made: server-sent events, and a {@code Flux}.
 */
@NullMarked
package com.example.cookbook.streaming;

import org.jspecify.annotations.NullMarked;
