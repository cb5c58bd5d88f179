/**
 * Vectors of pictures and texts in one space, by CLIP and SigLIP: for search, for labels, and with the picture's patches pruned
 * inside the tower. Entry: {@link io.github.glimpse.embedding.EmbeddingEngine}, which owns the memory, and
 * {@link io.github.glimpse.embedding.GlimpseEmbeddingModel}, LangChain4j's view of it.
 */
@NullMarked
package io.github.glimpse.embedding;

import org.jspecify.annotations.NullMarked;
