/**
 * A question about a picture, answered by a local model through Spring Boot.
 */
@NullMarked
package io.github.glimpse.examples.quickstart;

import org.jspecify.annotations.NullMarked;
