package io.github.glimpse.examples.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RetriableException;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The store against a real PostgreSQL. */
class PageStoreIT {

    private static final PostgresServer SERVER = PostgresServer.start();
    private static final int DIMENSION = 512;
    private static final int VECTORS = 5000;
    private static final int SOME = 300;
    private static final int FIRST = 10;
    /** pgvector adds up in float, the store in memory in double. */
    private static final double ROUNDING = 1e-6;

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    @BeforeEach
    void dropTables() throws SQLException {
        try (Connection connection = DriverManager.getConnection(SERVER.url());
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS page_vectors, page_vectors_migrations");
        }
    }

    private static StoreOptions options() {
        return StoreOptions.of(SERVER.url(), DIMENSION);
    }

    private static long number(PageStore store, String query) throws SQLException {
        try (Connection connection = store.connections().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** Around a few hundred middles, as tiles of pages lie. */
    private static List<Embedding> embeddings(int count, long seed) {
        Random random = new Random(7);
        float[][] middles = new float[200][DIMENSION];
        for (float[] middle : middles) {
            noise(middle, random, 1);
        }
        random = new Random(seed);
        List<Embedding> all = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            float[] vector = middles[random.nextInt(middles.length)].clone();
            noise(vector, random, 0.4);
            Embedding embedding = Embedding.from(vector);
            embedding.normalize();
            all.add(embedding);
        }
        return all;
    }

    private static void noise(float[] vector, Random random, double scale) {
        for (int at = 0; at < vector.length; at++) {
            vector[at] += (float) (scale * random.nextGaussian());
        }
    }

    private static void fill(EmbeddingStore<TextSegment> store, int count) {
        List<Embedding> embeddings = embeddings(count, 1);
        List<String> ids = new ArrayList<>();
        List<TextSegment> segments = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            ids.add(new UUID(1, number).toString());
            segments.add(TextSegment.from("page " + number, new Metadata().put("page", number)));
        }
        store.addAll(ids, embeddings, segments);
    }

    private static List<EmbeddingMatch<TextSegment>> first(EmbeddingStore<TextSegment> store, Embedding question) {
        return store.search(EmbeddingSearchRequest.builder()
                        .queryEmbedding(question)
                        .maxResults(FIRST)
                        .build())
                .matches();
    }

    @Test
    void readingAllVectorsGivesTheSameFirstTenAsTheStoreInMemory() {
        EmbeddingStore<TextSegment> memory = new InMemoryEmbeddingStore<>();
        fill(memory, VECTORS);
        try (PageStore store = PageStore.open(options().exact())) {
            fill(store.vectors(), VECTORS);

            for (Embedding question : embeddings(50, 2)) {
                List<EmbeddingMatch<TextSegment>> expected = first(memory, question);
                List<EmbeddingMatch<TextSegment>> found = first(store.vectors(), question);
                assertThat(found)
                        .extracting(EmbeddingMatch::embeddingId)
                        .containsExactlyElementsOf(expected.stream()
                                .map(EmbeddingMatch::embeddingId)
                                .toList());
                assertThat(found.get(0).score()).isCloseTo(expected.get(0).score(), within(ROUNDING));
                assertThat(found.get(0).embedded().text())
                        .isEqualTo(expected.get(0).embedded().text());
            }
        }
    }

    @Test
    void theIndexOfTheMigrationIsUsedAndFindsNearlyTheSame() throws SQLException {
        try (PageStore store = PageStore.open(options().withPool(1, Duration.ofSeconds(5)));
                PageStore exact = PageStore.open(options().exact())) {
            fill(store.vectors(), VECTORS);
            try (Connection connection = store.connections().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("ANALYZE page_vectors");
            }
            String scans = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'page_vectors_hnsw'";
            long before = number(store, scans);
            int same = 0;
            List<Embedding> questions = embeddings(50, 2);
            for (Embedding question : questions) {
                Set<String> found = new HashSet<>();
                first(store.vectors(), question).forEach(match -> found.add(match.embeddingId()));
                first(exact.vectors(), question).forEach(match -> found.remove(match.embeddingId()));
                same += FIRST - found.size();
            }
            try (Connection connection = store.connections().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("SELECT pg_stat_force_next_flush()");
            }

            assertThat(number(store, scans) - before).isEqualTo(questions.size());
            // its own 40 are fewer than the vectors of five pages
            assertThat(number(store, "SELECT current_setting('hnsw.ef_search')::int"))
                    .isEqualTo(200);
            assertThat(same).isGreaterThanOrEqualTo(questions.size() * FIRST * 95 / 100);
        }
    }

    @Test
    void manyCallersShareThePoolsConnections() throws Exception {
        try (PageStore store = PageStore.open(options().withPool(3, Duration.ofSeconds(30)))) {
            fill(store.vectors(), SOME);
            ExecutorService callers = Executors.newFixedThreadPool(12);
            List<Future<?>> searches = new ArrayList<>();
            for (Embedding question : embeddings(120, 3)) {
                searches.add(callers.submit(
                        () -> assertThat(first(store.vectors(), question)).hasSize(FIRST)));
            }
            for (Future<?> search : searches) {
                search.get();
            }
            callers.shutdown();

            assertThat(number(store, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'glimpse-pages'"))
                    .isLessThanOrEqualTo(3);
        }
    }

    @Test
    void tablesAreMadeOnceByProcessesThatStartTogether() throws Exception {
        ExecutorService starts = Executors.newFixedThreadPool(4);
        List<Future<PageStore>> stores = new ArrayList<>();
        for (int process = 0; process < 4; process++) {
            stores.add(starts.submit(() -> PageStore.open(options().withPool(1, Duration.ofSeconds(30)))));
        }
        for (Future<PageStore> store : stores) {
            assertThat(number(store.get(), "SELECT count(*) FROM page_vectors_migrations"))
                    .isEqualTo(2);
            store.get().close();
        }
        starts.shutdown();
    }

    @Test
    void anotherModelsVectorsAreRefusedWithBothNumbers() {
        PageStore.open(options()).close();

        assertThatThrownBy(() -> PageStore.open(StoreOptions.of(SERVER.url(), 768)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("512")
                .hasMessageContaining("768");
    }

    @Test
    void aDatabaseThatIsNotThereIsNamedWithoutThePasswordOfItsUrl() {
        StoreOptions nobody = StoreOptions.of("jdbc:postgresql://127.0.0.1:1/pages?user=me&password=secret", DIMENSION)
                .withPool(2, Duration.ofSeconds(1));

        assertThatThrownBy(() -> PageStore.open(nobody))
                .isInstanceOf(RetriableException.class)
                .hasMessageContaining("jdbc:postgresql://127.0.0.1:1/pages cannot be reached")
                .hasMessageContaining("start the database")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aDatabaseThatGoesAwayIsToldAndOneThatComesBackIsUsedAgain() {
        if (!SERVER.isOwn()) {
            return;
        }
        try (PageStore store = PageStore.open(options().withPool(2, Duration.ofSeconds(5)))) {
            fill(store.vectors(), SOME);
            Embedding question = embeddings(1, 2).get(0);
            SERVER.stop();
            try {
                assertThatThrownBy(() -> first(store.vectors(), question))
                        .isInstanceOf(RetriableException.class)
                        .hasMessageContaining("cannot be reached");
                assertThatThrownBy(() -> store.vectors().add(question))
                        .isInstanceOf(LangChain4jException.class)
                        .isNotInstanceOf(NonRetriableException.class);
            } finally {
                SERVER.startAgain();
            }

            assertThat(tryingAgain(store.vectors(), question)).hasSize(FIRST);
        }
    }

    /** A pool that found nobody waits up to ten seconds before it asks again. */
    private static List<EmbeddingMatch<TextSegment>> tryingAgain(
            EmbeddingStore<TextSegment> store, Embedding question) {
        for (int attempt = 1; attempt < 10; attempt++) {
            try {
                return first(store, question);
            } catch (RetriableException e) {
                System.out.println("Attempt " + attempt + ": " + e.getMessage());
            }
        }
        return first(store, question);
    }
}
