/**
 * The life of an engine and of the requests to it: loading, admission, order, time limits, cancellation, draining and closing.
 * Knows requests and the memory that they share; what is asked of a model, and what a model is, is not known here.
 *
 * <p>Entry types: {@link io.github.glimpse.serve.SharedModel}, {@link io.github.glimpse.serve.Arrival}, {@link
 * io.github.glimpse.serve.Loading}; {@link io.github.glimpse.serve.ModelEngine} is what operators see of an engine. Knows the
 * room engine, for the end of the process.
 */
@NullMarked
package io.github.glimpse.serve;

import org.jspecify.annotations.NullMarked;
