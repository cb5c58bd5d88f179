package io.github.glimpse.examples.pgvector;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.pgvector.DefaultMetadataStorageConfig;
import dev.langchain4j.store.embedding.pgvector.MetadataStorageMode;
import dev.langchain4j.store.embedding.pgvector.PgVectorEmbeddingStore;
import io.github.glimpse.documents.DocumentIndex;
import io.github.glimpse.documents.DocumentVectors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Vectors of pages in PostgreSQL: a table with an HNSW index, made by migration, a pool of connections, and LangChain4j's store over both.
 * One index of documents has one database or schema. Safe for concurrent use.
 *
 * <pre>{@code
 * try (PageStore store = PageStore.open(StoreOptions.of("jdbc:postgresql://localhost/pages?user=me&password=...", 768))) {
 *     store.update(index);
 *     ContentRetriever finder = new PageVectorRetriever(index, clip, store.vectors(), 5);
 * }
 * }</pre>
 */
public final class PageStore implements AutoCloseable {

    static final String TABLE = "page_vectors";

    private final HikariDataSource pool;
    private final StoreErrors errors;
    private final EmbeddingStore<TextSegment> vectors;

    private PageStore(HikariDataSource pool, StoreErrors errors) {
        this.pool = pool;
        this.errors = errors;
        vectors = new ReportingStore(
                PgVectorEmbeddingStore.datasourceBuilder()
                        .datasource(pool)
                        .table(TABLE)
                        .createTable(false)
                        .skipCreateVectorExtension(true)
                        .metadataStorageConfig(DefaultMetadataStorageConfig.builder()
                                .storageMode(MetadataStorageMode.COMBINED_JSONB)
                                .columnDefinitions(List.of("metadata JSONB NULL"))
                                .build())
                        .build(),
                errors);
    }

    /**
     * Opens the pool and brings the tables to their newest form.
     *
     * @throws LangChain4jException if the database cannot be reached, has no pgvector, or holds vectors of another dimension
     */
    public static PageStore open(StoreOptions options) {
        StoreErrors errors = new StoreErrors(options.url());
        HikariDataSource pool = null;
        try {
            pool = new HikariDataSource(configuration(options));
            try (Connection connection = pool.getConnection()) {
                Migrations.run(connection, options.dimension());
                int dimension = dimension(connection);
                if (dimension != options.dimension()) {
                    throw errors.otherDimension(dimension, options.dimension());
                }
            }
            return new PageStore(pool, errors);
        } catch (SQLException | PoolInitializationException e) {
            close(pool);
            throw errors.of(e);
        } catch (LangChain4jException e) {
            close(pool);
            throw e;
        }
    }

    private static void close(@Nullable HikariDataSource pool) {
        if (pool != null) {
            pool.close();
        }
    }

    private static HikariConfig configuration(StoreOptions options) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("glimpse-pages");
        config.setJdbcUrl(options.url());
        config.setMaximumPoolSize(options.maxConnections());
        config.setConnectionTimeout(options.connectionTimeout().toMillis());
        config.addDataSourceProperty("ApplicationName", "glimpse-pages");
        config.setConnectionInitSql(
                options.isExact()
                        ? "SET enable_indexscan = off"
                        // the index gives no more rows than ef_search, 40 unless set; going on where filters leave too
                        // few
                        : "SET hnsw.ef_search = " + options.searchWidth() + "; SET hnsw.iterative_scan = strict_order");
        return config;
    }

    private static int dimension(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT atttypmod FROM pg_attribute WHERE attrelid = '" + TABLE
                        + "'::regclass AND attname = 'embedding'")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** The store, for retrievers and ingestors. */
    public EmbeddingStore<TextSegment> vectors() {
        return vectors;
    }

    /** The pool, for queries of one's own. */
    public DataSource connections() {
        return pool;
    }

    /**
     * Makes the store hold the vectors of an index: what has come is written, what has gone or was made by other settings is deleted, the rest is
     * not touched. What was cut off goes on where it ended.
     *
     * @throws LangChain4jException if the database fails
     */
    public DocumentVectors.Update update(DocumentIndex index) {
        return DocumentVectors.update(vectors, index, stored());
    }

    private Set<String> stored() {
        Set<String> ids = new HashSet<>();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT embedding_id FROM " + TABLE)) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
            return ids;
        } catch (SQLException e) {
            throw errors.of(e);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
