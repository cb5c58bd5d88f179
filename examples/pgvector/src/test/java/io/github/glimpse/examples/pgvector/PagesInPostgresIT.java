package io.github.glimpse.examples.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import io.github.glimpse.documents.DocumentFolder;
import io.github.glimpse.documents.DocumentIndex;
import io.github.glimpse.documents.DocumentIndexer;
import io.github.glimpse.documents.DocumentLimits;
import io.github.glimpse.documents.DocumentVectors;
import io.github.glimpse.documents.DocumentVectors.Update;
import io.github.glimpse.documents.PageVectorRetriever;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of documents in a real PostgreSQL, by an untrained CLIP: its vectors mean nothing, and are the same each time. */
class PagesInPostgresIT {

    private static final PostgresServer SERVER = PostgresServer.start();
    private static final EmbeddingEngine ENGINE =
            EmbeddingEngine.load(EmbeddingOptions.builder(Path.of(System.getProperty("glimpse.basedir", "../.."))
                            .resolve("glimpse-langchain4j/src/test/resources/fixtures/clip-tiny/model"))
                    .name("tiny")
                    .build());
    private static final EmbeddingModel MODEL =
            GlimpseEmbeddingModel.builder().engine(ENGINE).build();
    private static final int PAGES = 40;
    private static final int VECTORS_OF_A_PAGE = 10;

    @TempDir
    private Path temp;

    @AfterAll
    static void stop() {
        ENGINE.close();
        SERVER.close();
    }

    @BeforeEach
    void dropTablesAndDrawPages() throws SQLException, IOException {
        try (Connection connection = DriverManager.getConnection(SERVER.url());
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS page_vectors, page_vectors_migrations");
        }
        for (int page = 0; page < PAGES; page++) {
            draw("page-" + page + ".png", page);
        }
    }

    private void draw(String name, long seed) throws IOException {
        Random random = new Random(seed);
        BufferedImage picture = new BufferedImage(120, 160, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = picture.createGraphics();
        for (int patch = 0; patch < 200; patch++) {
            pen.setColor(new Color(random.nextInt(1 << 24)));
            pen.fillRect(random.nextInt(120), random.nextInt(160), random.nextInt(40), random.nextInt(40));
        }
        pen.dispose();
        Files.createDirectories(temp.resolve("documents"));
        ImageIO.write(picture, "png", temp.resolve("documents/" + name).toFile());
    }

    private DocumentIndex index(double dotsPerInch) throws IOException {
        return DocumentIndexer.builder()
                .embeddingModel(MODEL)
                .build()
                .index(
                        new DocumentFolder(temp.resolve("documents"), DocumentLimits.defaults(), dotsPerInch),
                        temp.resolve("index"));
    }

    private static PageStore open() {
        return PageStore.open(StoreOptions.of(SERVER.url(), ENGINE.dimension()).exact());
    }

    private static List<String> found(ContentRetriever retriever, DocumentIndex index, String question) {
        return retriever.retrieve(Query.from(question)).stream()
                .map(page -> index.page(page).orElseThrow().document())
                .toList();
    }

    @Test
    void pagesAreFoundAsByTheStoreInMemory() throws IOException {
        DocumentIndex index = index(144);
        EmbeddingStore<TextSegment> memory = new InMemoryEmbeddingStore<>();
        DocumentVectors.fill(memory, index);
        try (PageStore store = open()) {
            store.update(index);

            for (String question : List.of("a receipt", "the total of order Z79", "blue")) {
                assertThat(found(new PageVectorRetriever(index, MODEL, store.vectors(), 10), index, question))
                        .hasSize(10)
                        .isEqualTo(found(new PageVectorRetriever(index, MODEL, memory, 10), index, question));
            }
        }
    }

    @Test
    void onlyWhatIsNewIsWrittenAndWhatIsGoneIsDeleted() throws IOException {
        try (PageStore store = open()) {
            assertThat(store.update(index(144))).isEqualTo(new Update(0, PAGES * VECTORS_OF_A_PAGE));
            assertThat(store.update(index(144))).isEqualTo(new Update(0, 0));

            draw("page-0.png", 1000);
            Files.delete(temp.resolve("documents/page-1.png"));
            draw("page-new.png", 1001);

            assertThat(store.update(index(144))).isEqualTo(new Update(2 * VECTORS_OF_A_PAGE, 2 * VECTORS_OF_A_PAGE));
        }
    }

    @Test
    void otherSettingsReplaceAllVectors() throws IOException {
        try (PageStore store = open()) {
            store.update(index(144));

            assertThat(store.update(index(72)))
                    .isEqualTo(new Update(PAGES * VECTORS_OF_A_PAGE, PAGES * VECTORS_OF_A_PAGE));
        }
    }

    @Test
    void anUpdateThatWasCutOffGoesOnWhereItEnded() throws Exception {
        for (int page = PAGES; page < 3 * PAGES; page++) {
            draw("page-" + page + ".png", page);
        }
        int all = 3 * PAGES * VECTORS_OF_A_PAGE;
        DocumentIndex index = index(144);
        int written;
        try (PageStore store = open();
                Connection connection = DriverManager.getConnection(SERVER.url());
                Statement statement = connection.createStatement()) {
            // the database takes the first part and fails in the next
            statement.execute("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                    + " IF (SELECT count(*) FROM page_vectors) >= 600 THEN RAISE EXCEPTION 'disk full'; END IF;"
                    + " RETURN NEW; END $$");
            statement.execute(
                    "CREATE TRIGGER full_disk BEFORE INSERT ON page_vectors FOR EACH ROW EXECUTE FUNCTION full_disk()");
            assertThatThrownBy(() -> store.update(index)).hasMessageContaining("disk full");
            statement.execute("DROP FUNCTION full_disk CASCADE");
            List<String> ids = new ArrayList<>();
            try (var rows = statement.executeQuery("SELECT embedding_id FROM page_vectors")) {
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
            }
            written = ids.size();
            assertThat(DocumentVectors.ids(index)).containsAll(ids);
        }
        try (PageStore store = open()) {
            assertThat(written).isBetween(1, all - 1);
            assertThat(store.update(index)).isEqualTo(new Update(0, all - written));
        }
    }
}
