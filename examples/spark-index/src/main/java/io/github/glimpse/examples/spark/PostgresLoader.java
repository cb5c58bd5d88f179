package io.github.glimpse.examples.spark;

import static org.apache.spark.sql.functions.col;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.data.segment.TextSegment;
import io.github.glimpse.documents.DocumentVectors;
import io.github.glimpse.documents.IndexedPage;
import io.github.glimpse.documents.IndexedPage.PageVector;
import io.github.glimpse.examples.pgvector.PageStore;
import io.github.glimpse.examples.pgvector.StoreOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Brings vectors from Parquet into the table that LangChain4j's store reads, with the ids that {@link DocumentVectors} gives: what is there
 * already stays. Each partition is one {@code COPY} and one transaction, so a task that is run again writes nothing twice.
 */
final class PostgresLoader {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String COLUMNS = "(embedding_id, embedding, text, metadata)";

    private PostgresLoader() {}

    /** Makes the table if there is none, and loads rows that have vectors. */
    static void load(Dataset<Row> rows, String url) {
        Dataset<Row> pages = rows.filter(col(PageRow.ERROR).isNull());
        List<Row> first = pages.filter(org.apache
                        .spark
                        .sql
                        .functions
                        .size(col(PageRow.VECTORS))
                        .gt(0))
                .takeAsList(1);
        if (first.isEmpty()) {
            return;
        }
        int dimension = PageRow.page(first.get(0)).vectors().get(0).vector().length;
        PageStore.open(StoreOptions.of(url, dimension)).close();
        pages.foreachPartition((ForeachPartitionFunction<Row>) part -> copy(part, url));
    }

    private static void copy(Iterator<Row> rows, String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE TEMPORARY TABLE arriving (LIKE page_vectors) ON COMMIT DROP");
                CopyIn copy = connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("COPY arriving " + COLUMNS + " FROM STDIN");
                while (rows.hasNext()) {
                    Row row = rows.next();
                    byte[] lines = lines(PageRow.page(row), row.getAs(PageRow.VERSION));
                    copy.writeToCopy(lines, 0, lines.length);
                }
                copy.endCopy();
                statement.execute("INSERT INTO page_vectors " + COLUMNS
                        + " SELECT embedding_id, embedding, text, metadata FROM arriving"
                        + " ON CONFLICT (embedding_id) DO NOTHING");
            }
            connection.commit();
        }
    }

    private static byte[] lines(IndexedPage page, String version) {
        StringBuilder lines = new StringBuilder();
        for (int number = 0; number < page.vectors().size(); number++) {
            PageVector vector = page.vectors().get(number);
            TextSegment segment = DocumentVectors.segment(page, vector);
            lines.append(DocumentVectors.id(version, page, number)).append('\t');
            char separator = '[';
            for (float value : vector.vector()) {
                lines.append(separator).append(value);
                separator = ',';
            }
            lines.append("]\t").append(escaped(segment.text())).append('\t');
            lines.append(escaped(json(segment))).append('\n');
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String json(TextSegment segment) {
        try {
            return JSON.writeValueAsString(segment.metadata().toMap());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    /** As COPY's text format wants it. */
    private static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }
}
