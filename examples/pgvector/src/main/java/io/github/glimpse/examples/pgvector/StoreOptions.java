package io.github.glimpse.examples.pgvector;

import java.time.Duration;

/**
 * How pages are stored.
 *
 * @param url JDBC URL of the database, with user and password unless the server needs none
 * @param dimension numbers of a vector: {@code EmbeddingModel.dimension()}
 * @param maxConnections of the pool
 * @param connectionTimeout how long a caller waits for a connection
 * @param isExact whether every search reads all vectors, in place of the index
 * @param searchWidth candidates that the index keeps while it searches, {@code hnsw.ef_search}: at least what a search asks for
 */
public record StoreOptions(
        String url, int dimension, int maxConnections, Duration connectionTimeout, boolean isExact, int searchWidth) {

    private static final int MAX_CONNECTIONS = 8;
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);
    private static final int SEARCH_WIDTH = 200;

    /** Eight connections, five seconds to get one, and the index with 200 candidates. */
    public static StoreOptions of(String url, int dimension) {
        return new StoreOptions(url, dimension, MAX_CONNECTIONS, CONNECTION_TIMEOUT, false, SEARCH_WIDTH);
    }

    /** The same without the index. */
    public StoreOptions exact() {
        return new StoreOptions(url, dimension, maxConnections, connectionTimeout, true, searchWidth);
    }

    /** The same with another pool. */
    public StoreOptions withPool(int connections, Duration timeout) {
        return new StoreOptions(url, dimension, connections, timeout, isExact, searchWidth);
    }
}
