package io.github.glimpse.examples.spark;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.xxhash64;

import io.github.glimpse.documents.DocumentIndexer;
import io.github.glimpse.documents.DocumentLimits;
import io.github.glimpse.documents.IndexedDocument;
import io.github.glimpse.documents.IndexedPage;
import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Files in, rows of pages out, as Parquet to which each run adds what it has not: a file is known by its path and its SHA-256, a row by
 * the settings that made it. A bad file is a row with an error, never a failed task.
 */
final class PageJob {

    private static final String ENDINGS = "*.{pdf,PDF,png,PNG,jpg,JPG,jpeg,JPEG,webp,gif,bmp,tif,tiff}";
    private static final int SHA_BITS = 256;

    private final SparkSession spark;
    private final IndexSettings settings;
    private final String documents;
    private final String out;

    PageJob(SparkSession spark, IndexSettings settings, String documents, String out) {
        this.spark = spark;
        this.settings = settings;
        this.documents = documents;
        this.out = out;
    }

    /** What made the rows, as the library says it; an executor is asked, so that the driver needs no model. */
    String version() {
        IndexSettings own = settings;
        return spark.range(1)
                .map((MapFunction<Long, String>) one -> Models.indexer(own).version(own.folder()), Encoders.STRING())
                .head();
    }

    /**
     * Indexes what is missing.
     *
     * @param partitions into which the files are dealt, each read by one task; 0 leaves that to Spark
     * @param rounds jobs, one after the other, each of which keeps what it has done though a later one fails
     * @return all rows of this version
     */
    Dataset<Row> run(int partitions, int rounds) throws IOException {
        String version = version();
        for (int round = 0; round < rounds; round++) {
            Dataset<Row> rows = rows(version, partitions, rounds, round);
            rows.write().mode(SaveMode.Append).parquet(out);
        }
        return done(version);
    }

    /** Rows of this version. */
    Dataset<Row> done(String version) throws IOException {
        Path folder = new Path(out);
        Dataset<Row> all =
                folder.getFileSystem(spark.sessionState().newHadoopConf()).exists(new Path(folder, "_SUCCESS"))
                        ? spark.read().schema(PageRow.SCHEMA).parquet(out)
                        : spark.createDataset(List.<Row>of(), Encoders.row(PageRow.SCHEMA));
        return all.filter(col(PageRow.VERSION).equalTo(version));
    }

    private Dataset<Row> rows(String version, int partitions, int rounds, int round) throws IOException {
        long most = DocumentLimits.defaults().maxBytes();
        Dataset<Row> files = spark.read()
                .format("binaryFile")
                .option("recursiveFileLookup", "true")
                .option("pathGlobFilter", ENDINGS)
                .load(documents)
                .withColumn(PageRow.DOCUMENT, name())
                .filter(pmod(xxhash64(col(PageRow.DOCUMENT)), lit((long) rounds))
                        .equalTo(lit((long) round)));
        Dataset<Row> settled = done(version).filter(col(PageRow.SETTLED)).select(PageRow.DOCUMENT, PageRow.SHA256);
        // a filter by length is applied before a file is opened
        Dataset<Row> readable = files.filter(col("length").leq(most))
                .select(
                        col(PageRow.DOCUMENT),
                        col("content"),
                        sha2(col("content"), SHA_BITS).as(PageRow.SHA256));
        Dataset<Row> tooLarge = files.filter(col("length").gt(most))
                .select(
                        col(PageRow.DOCUMENT),
                        lit(null).cast("binary").as("content"),
                        concat(lit("length "), col("length").cast("string")).as(PageRow.SHA256));
        // keys are small and go to all: the files stay where they are read
        Dataset<Row> missing = readable.unionByName(tooLarge)
                .join(
                        broadcast(settled),
                        CollectionConverters.asScala(List.of(PageRow.DOCUMENT, PageRow.SHA256))
                                .toSeq(),
                        "left_anti");
        IndexSettings own = settings;
        return (partitions > 0 ? missing.repartition(partitions) : missing)
                .mapPartitions(
                        (MapPartitionsFunction<Row, Row>) part -> indexed(part, own, version),
                        Encoders.row(PageRow.SCHEMA));
    }

    /** Path below the folder of documents, whole for what lies elsewhere. */
    private Column name() throws IOException {
        Path folder = new Path(documents);
        String root = folder.getFileSystem(spark.sessionState().newHadoopConf())
                        .makeQualified(folder)
                        .toString() + "/";
        return regexp_replace(col("path"), lit("^\\Q" + root.replace("\\E", "") + "\\E"), lit(""));
    }

    /** One document at a time: a task holds the pages of one and no more. */
    private static Iterator<Row> indexed(Iterator<Row> files, IndexSettings settings, String version) {
        return new Iterator<>() {
            private Iterator<Row> pages = Collections.emptyIterator();

            @Override
            public boolean hasNext() {
                while (!pages.hasNext() && files.hasNext()) {
                    pages = rows(files.next(), settings, version).iterator();
                }
                return pages.hasNext();
            }

            @Override
            public Row next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return pages.next();
            }
        };
    }

    private static List<Row> rows(Row file, IndexSettings settings, String version) {
        String document = file.getAs(PageRow.DOCUMENT);
        String sha256 = file.getAs(PageRow.SHA256);
        byte[] content = file.getAs("content");
        if (content == null) {
            String error = "'" + document + "' has " + sha256.replace("length ", "") + " bytes, over the limit of "
                    + DocumentLimits.defaults().maxBytes() + "; leave it out";
            return List.of(PageRow.of(
                    new IndexedPage(document, sha256, 0, null, List.of(), "", List.of(), error), version, true, 0));
        }
        long start = System.nanoTime();
        DocumentIndexer indexer = Models.indexer(settings);
        IndexedDocument indexed = indexer.index(settings.folder(), document, content);
        double millis =
                (System.nanoTime() - start) / 1e6 / Math.max(1, indexed.pages().size());
        return indexed.pages().stream()
                .map(page -> PageRow.of(page, version, indexed.settled(), millis))
                .toList();
    }
}
