package io.github.glimpse.examples.spark;

import static java.util.Objects.requireNonNull;
import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import io.github.glimpse.documents.DocumentFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Indexes a corpus: files in, vectors and records out as Parquet, and into PostgreSQL if wanted. */
@Command(
        name = "spark-index",
        mixinStandardHelpOptions = true,
        description = "Indexes documents by Apache Spark: vectors and records as Parquet, and in PostgreSQL.")
public final class SparkIndex implements Callable<Integer> {

    @Option(
            names = "--documents",
            required = true,
            description = "Folder of PDF files and pictures: a path or any URL that Spark reads")
    private String documents = "";

    @Option(names = "--out", defaultValue = "target/spark-index", description = "Folder of the Parquet files")
    private String out = "";

    @Option(
            names = "--embedding-model",
            description = "Folder of CLIP or SigLIP on every executor; no vectors if not set")
    private @Nullable String embeddingModel;

    @Option(
            names = "--model",
            description = "Folder of the model that reads pages without a text layer; the embedded model if not set")
    private @Nullable String model;

    @Option(names = "--module", description = "Glimpse module of that model")
    private @Nullable String module;

    @Option(
            names = "--field",
            description = "What such a page is asked, as total='What is the total?'; may be given again")
    private Map<String, String> fields = new LinkedHashMap<>();

    @Option(
            names = "--refusal",
            description =
                    "What the model says where a page does not answer; may be given again. The embedded model's two if not set")
    private List<String> refusals = new ArrayList<>();

    @Option(
            names = "--schema",
            description = "File with a JSON schema, in place of --field: such a page is extracted into that record")
    private @Nullable Path schema;

    @Option(
            names = "--prompt",
            defaultValue = IndexSettings.PROMPT,
            description = "What the model is told beside the schema")
    private String prompt = "";

    @Option(
            names = "--dots-per-inch",
            defaultValue = "" + DocumentFolder.DOTS_PER_INCH,
            description = "Of pages as pictures")
    private double dotsPerInch;

    @Option(
            names = "--partitions",
            defaultValue = "0",
            description = "Into which the files are dealt; 0 leaves that to Spark")
    private int partitions;

    @Option(
            names = "--rounds",
            defaultValue = "1",
            description = "Jobs, each of which keeps its rows though a later one fails")
    private int rounds;

    @Option(names = "--load", description = "JDBC URL of a PostgreSQL with pgvector that gets the vectors")
    private @Nullable String url;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    private SparkIndex() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SparkIndex()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        if (schema != null && !fields.isEmpty()) {
            throw new CommandLine.ParameterException(
                    requireNonNull(spec).commandLine(),
                    "A page is asked or extracted: give --field or --schema, not both");
        }
        PrintWriter console = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        // spark-submit names a master; alone this machine is one
        SparkConf configuration = new SparkConf()
                .setIfMissing("spark.master", "local[*]")
                .setIfMissing("spark.app.name", "spark-index")
                .setIfMissing("spark.ui.enabled", "false")
                // progress as one line instead of hundreds of lines at INFO
                .setIfMissing("spark.ui.showConsoleProgress", "true")
                .setIfMissing("spark.log.level", "WARN");
        if (configuration.get("spark.master").startsWith("local")) {
            // nobody else is to connect
            configuration.setIfMissing("spark.driver.host", "127.0.0.1");
        }
        try (SparkSession spark = SparkSession.builder().config(configuration).getOrCreate()) {
            int threads = configuration.getInt("spark.task.cpus", 1);
            int cores = configuration.getInt(
                    "spark.executor.cores", spark.sparkContext().defaultParallelism());
            IndexSettings settings = new IndexSettings(
                    embeddingModel,
                    model,
                    module,
                    new LinkedHashMap<>(fields),
                    refusals.isEmpty() ? IndexSettings.refusalsOfTheEmbeddedModel() : new ArrayList<>(refusals),
                    schema == null ? null : Files.readString(schema),
                    prompt,
                    dotsPerInch,
                    threads,
                    Math.max(1, cores / threads));
            long start = System.nanoTime();
            PageJob job = new PageJob(spark, settings, documents, out);
            long before = job.done(job.version()).count();
            Dataset<Row> rows = job.run(partitions, rounds);
            Row sums = rows.agg(count(lit(1)), count(col(PageRow.ERROR)), avg(PageRow.MILLIS))
                    .head();
            console.printf(
                    Locale.ROOT,
                    "Indexed   %d rows, %d of them now, %d with an error, %.1f ms a page, %.1f s in all%n",
                    sums.getLong(0),
                    sums.getLong(0) - before,
                    sums.getLong(1),
                    sums.isNullAt(2) ? 0 : sums.getDouble(2),
                    (System.nanoTime() - start) / 1e9);
            if (url != null) {
                PostgresLoader.load(rows, url);
                console.println("Loaded    the vectors of these rows");
            }
        }
        return 0;
    }
}
