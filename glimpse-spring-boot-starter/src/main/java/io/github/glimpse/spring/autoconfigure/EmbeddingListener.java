package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;

/**
 * A listener of Glimpse's embedding model and of no others, as {@link ModelListener} is of its chat models.
 *
 * @param listener comes after the application's
 */
record EmbeddingListener(EmbeddingModelListener listener) {}
