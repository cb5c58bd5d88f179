/**
 * What LangChain4j's requests of every kind have in common: pictures in them, by data or by URL, the threads that they run on,
 * the errors that they end with, and the tokens that they are counted by. Entry types: {@link
 * io.github.glimpse.request.ImageBytes}, {@link io.github.glimpse.request.GenerationThreads}, {@link
 * io.github.glimpse.request.ErrorMapper}. Known by the rooms chat and embedding, which do not know each other.
 */
@NullMarked
package io.github.glimpse.request;

import org.jspecify.annotations.NullMarked;
