package io.github.glimpse.examples.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.documents.IndexedDocument;
import io.github.glimpse.documents.IndexedPage;
import io.github.glimpse.documents.IndexedPage.PageVector;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of documents by Spark in this process, and by the library alone. */
class SparkIndexIT {

    private static final SparkSession SPARK = SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
    private static final IndexSettings SETTINGS = IndexSettings.vectorsBy(Documents.CLIP.toString());

    @TempDir
    private Path temp;

    private Path documents;

    @AfterAll
    static void stop() {
        SPARK.stop();
    }

    @BeforeEach
    void drawDocuments() throws IOException {
        documents = Documents.draw(temp.resolve("documents"), 12);
        Files.writeString(documents.resolve("broken.pdf"), "%PDF-1.7 and no more");
    }

    private PageJob job() {
        return new PageJob(
                SPARK, SETTINGS, documents.toString(), temp.resolve("out").toString());
    }

    /** Rows by name of the page, and what is compared of them. */
    static Map<String, String> told(Dataset<Row> rows) {
        Map<String, String> told = new TreeMap<>();
        for (Row row : rows.collectAsList()) {
            tell(told, PageRow.page(row));
        }
        return told;
    }

    static void tell(Map<String, String> told, IndexedPage page) {
        StringBuilder text = new StringBuilder(page.sha256())
                .append(page.geometry())
                .append(page.words())
                .append(page.read())
                .append(page.error());
        for (PageVector vector : page.vectors()) {
            text.append(vector.box()).append(Arrays.toString(vector.vector()));
        }
        assertThat(told.put(page.label(), text.toString()))
                .as(page.label() + " comes once")
                .isNull();
    }

    /** By the library, in this process, without Spark. */
    private Map<String, String> inProcess(IndexSettings settings) throws IOException {
        Map<String, String> told = new TreeMap<>();
        for (Path file : Documents.files(documents)) {
            IndexedDocument indexed = Models.indexer(settings)
                    .index(settings.folder(), documents.relativize(file).toString(), Files.readAllBytes(file));
            indexed.pages().forEach(page -> tell(told, page));
        }
        return told;
    }

    @Test
    void rowsAreThoseOfTheProcessItselfOnOnePartitionAndOnFour() throws IOException {
        Map<String, String> expected = inProcess(SETTINGS);

        for (int partitions : new int[] {1, 4}) {
            PageJob job = new PageJob(
                    SPARK,
                    SETTINGS,
                    documents.toString(),
                    temp.resolve("out-" + partitions).toString());
            assertThat(told(job.run(partitions, 1))).hasSize(25).isEqualTo(expected);
        }
    }

    @Test
    void pagesWithoutATextLayerAreExtractedIntoTheRecordOfASchema() throws IOException {
        IndexSettings settings = SETTINGS.extracting("""
                {"type": "object", "required": ["kind", "total"], "additionalProperties": false, "properties": {
                  "kind": {"enum": ["invoice", "receipt"]}, "total": {"type": "string", "pattern": "^[0-9]{1,3}$"}}}""");
        PageJob job = new PageJob(
                SPARK, settings, documents.toString(), temp.resolve("records").toString());

        Dataset<Row> rows = job.run(2, 1);

        assertThat(rows.filter("page = 1").collectAsList()).hasSize(12).allSatisfy(row -> assertThat(
                        PageRow.page(row).read())
                .matches("kind (invoice|receipt)\ntotal \\d{1,3}"));
        assertThat(rows.filter("page = 2 and read = ''").count()).isEqualTo(12);
        assertThat(told(rows)).isEqualTo(inProcess(settings));
        assertThat(job.version()).isNotEqualTo(job().version());
    }

    @Test
    void aBadFileIsARowWithAnErrorAndTheOthersGoOn() throws IOException {
        Dataset<Row> rows = job().run(2, 1);

        List<Row> errors = rows.filter("error is not null").collectAsList();
        assertThat(errors).singleElement().satisfies(row -> {
            assertThat(PageRow.page(row).document()).isEqualTo("broken.pdf");
            assertThat(PageRow.page(row).error()).contains("cannot be read");
        });
        assertThat(rows.count()).isEqualTo(25);
    }

    @Test
    void aFileOverTheLimitIsNotOpened() throws IOException {
        Path huge = documents.resolve("huge.pdf");
        try (var file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength(SETTINGS.folder().limits().maxBytes() + 1);
        }
        PageJob job = job();

        assertThat(job.run(2, 1).filter("error like '%over the limit%'").count())
                .isEqualTo(1);
        assertThat(job.run(2, 1).count()).isEqualTo(26);
    }

    @Test
    void whatIsThereIsNotMadeAgainAndWhatHasChangedIs() throws IOException {
        PageJob job = job();
        long first = job.run(2, 1).count();
        assertThat(job.run(2, 1).count()).isEqualTo(first);

        Files.write(documents.resolve("file-0.pdf"), Documents.pdf(1000));
        Files.write(documents.resolve("added.pdf"), Documents.pdf(1001));

        assertThat(job.run(2, 1).count()).isEqualTo(first + 4);
    }

    @Test
    void aRunThatWasCutOffGoesOnBehindItsLastRound() throws IOException {
        PageJob job = job();
        String version = job.version();
        Map<String, String> all = told(job.run(2, 3));
        List<Path> parts;
        try (var files = Files.list(temp.resolve("out"))) {
            parts = files.filter(file -> file.toString().endsWith(".parquet"))
                    .sorted()
                    .toList();
        }
        // the last round had not come
        List<Path> gone = new ArrayList<>(parts.subList(parts.size() / 2, parts.size()));
        for (Path file : gone) {
            Files.delete(file);
        }
        SPARK.catalog().refreshByPath(temp.resolve("out").toString());
        long left = job.done(version).count();
        assertThat(left).isBetween(1L, (long) all.size() - 1);

        assertThat(told(job.run(2, 3))).isEqualTo(all);
    }

    @Test
    void namesWithBlanksAndFoldersBelowAreKept() throws IOException {
        Files.createDirectories(documents.resolve("a b/c+d"));
        Files.write(documents.resolve("a b/c+d/über 1%.pdf"), Documents.pdf(77));

        List<String> names = job().run(1, 1)
                .select("document")
                .distinct()
                .as(Encoders.STRING())
                .collectAsList();

        assertThat(names).contains("a b/c+d/über 1%.pdf", "file-0.pdf");
    }
}
