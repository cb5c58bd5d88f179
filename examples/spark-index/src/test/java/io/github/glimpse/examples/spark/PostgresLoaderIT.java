package io.github.glimpse.examples.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.RetriableException;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import io.github.glimpse.documents.DocumentVectors;
import io.github.glimpse.documents.IndexedPage;
import io.github.glimpse.examples.pgvector.PageStore;
import io.github.glimpse.examples.pgvector.PostgresServer;
import io.github.glimpse.examples.pgvector.StoreOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From Parquet into a real PostgreSQL. */
class PostgresLoaderIT {

    private static final PostgresServer SERVER = PostgresServer.start();
    private static final SparkSession SPARK = SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
    private static final IndexSettings SETTINGS = IndexSettings.vectorsBy(Documents.CLIP.toString());

    @TempDir
    private Path temp;

    @AfterAll
    static void stop() {
        SPARK.stop();
        SERVER.close();
    }

    private static long count() throws Exception {
        try (Connection connection = DriverManager.getConnection(SERVER.url());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM page_vectors")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void vectorsArriveOnceWithIdsAndPlacesOfTheLibraryAndAreFound() throws Exception {
        try (Connection connection = DriverManager.getConnection(SERVER.url());
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS page_vectors, page_vectors_migrations");
        }
        Path documents = Documents.draw(temp.resolve("documents"), 6);
        Files.write(documents.resolve("tab\tand \\ backslash.pdf"), Documents.pdf(50));
        Files.writeString(documents.resolve("broken.pdf"), "%PDF-1.7 and no more");
        PageJob job = new PageJob(
                SPARK, SETTINGS, documents.toString(), temp.resolve("out").toString());
        Dataset<Row> rows = job.run(3, 1);

        PostgresLoader.load(rows, SERVER.url());
        assertThat(count()).isEqualTo(140);
        PostgresLoader.load(rows, SERVER.url());
        assertThat(count()).isEqualTo(140);

        String version = job.version();
        try (PageStore store =
                PageStore.open(StoreOptions.of(SERVER.url(), dimension(rows)).exact())) {
            for (Row row : rows.filter("error is null").collectAsList()) {
                IndexedPage page = PageRow.page(row);
                EmbeddingMatch<TextSegment> nearest = store.vectors()
                        .search(EmbeddingSearchRequest.builder()
                                .queryEmbedding(
                                        Embedding.from(page.vectors().get(4).vector()))
                                .maxResults(1)
                                .build())
                        .matches()
                        .get(0);
                if (page.words().isEmpty()) {
                    assertThat(nearest.embeddingId()).isEqualTo(DocumentVectors.id(version, page, 4));
                    assertThat(nearest.embedded())
                            .isEqualTo(
                                    DocumentVectors.segment(page, page.vectors().get(4)));
                }
            }
        }
    }

    private static int dimension(Dataset<Row> rows) {
        return PageRow.page(rows.filter("error is null").head())
                .vectors()
                .get(0)
                .vector()
                .length;
    }

    @Test
    void aDatabaseThatIsAwayIsNamedBeforeAnyTaskIsStarted() throws Exception {
        Path documents = Documents.draw(temp.resolve("documents"), 1);
        Dataset<Row> rows = new PageJob(
                        SPARK,
                        SETTINGS,
                        documents.toString(),
                        temp.resolve("out").toString())
                .run(1, 1);

        assertThatThrownBy(() -> PostgresLoader.load(rows, "jdbc:postgresql://127.0.0.1:1/pages"))
                .isInstanceOf(RetriableException.class)
                .hasMessageContaining("cannot be reached");
    }
}
