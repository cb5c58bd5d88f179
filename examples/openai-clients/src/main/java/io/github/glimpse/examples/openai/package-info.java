/** A server for clients of OpenAI's API: the starter, Spring MVC and four properties. */
@NullMarked
package io.github.glimpse.examples.openai;

import org.jspecify.annotations.NullMarked;
