/** A chat with tools, step by step. */
@NullMarked
package io.github.glimpse.examples.agent;

import org.jspecify.annotations.NullMarked;
