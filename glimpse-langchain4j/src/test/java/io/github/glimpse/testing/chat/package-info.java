/** Scripted conversations with tools for models with released chat templates. */
@NullMarked
package io.github.glimpse.testing.chat;

import org.jspecify.annotations.NullMarked;
