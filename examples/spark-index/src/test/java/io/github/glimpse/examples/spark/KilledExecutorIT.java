package io.github.glimpse.examples.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster of processes on this machine, one of which is killed. Its executors are started from a Spark home: {@code SPARK_HOME}, or the one
 * in Python's package {@code pyspark}, which is fetched into {@code target} (440 MB).
 */
class KilledExecutorIT {

    private static final String PACKAGE = "pyspark==4.0.1";
    private static final int FILES = 60;
    private static final int PARTITIONS = 30;
    private static final Duration PATIENCE = Duration.ofMinutes(8);

    @TempDir
    private Path temp;

    @Test
    void whenAnExecutorIsKilledTheRowsAreThoseOfTheProcessItself() throws Exception {
        Path documents = Documents.draw(temp.resolve("documents"), FILES);
        Path out = temp.resolve("out");
        Path log = temp.resolve("driver.log");
        ProcessBuilder builder = new ProcessBuilder(driver(documents, out))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        // executors have their folders below the home
        Path home = Files.createDirectories(temp.resolve("home"));
        Files.createSymbolicLink(home.resolve("jars"), Path.of(sparkHome()).resolve("jars"));
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        Process driver = builder.start();
        try {
            ProcessHandle executor = executorAtWork(driver, log);
            assertThat(out.resolve("_SUCCESS"))
                    .as("it was killed before the end")
                    .doesNotExist();
            assertThat(executor.destroyForcibly()).isTrue();

            assertThat(driver.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            String said = Files.readString(log, StandardCharsets.UTF_8);
            assertThat(driver.exitValue()).as(said).isZero();
            assertThat(said).contains("Lost executor").contains("Indexed   " + 2 * FILES + " rows");
        } finally {
            driver.descendants().forEach(ProcessHandle::destroyForcibly);
            driver.destroyForcibly();
        }
        assertThat(rows(out)).isEqualTo(inProcess(documents));
    }

    private List<String> driver(Path documents, Path out) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens"))
                .forEach(command::add);
        String classPath = System.getProperty("java.class.path");
        command.addAll(List.of(
                "-Xmx600m",
                "-Dspark.master=local-cluster[2,1,700]",
                "-Dspark.executor.memory=700m",
                "-Dspark.executor.extraClassPath=" + absolute(classPath),
                "-cp",
                classPath,
                "io.github.glimpse.examples.spark.SparkIndex",
                "--documents=" + documents,
                "--out=" + out,
                "--embedding-model=" + Documents.CLIP,
                "--partitions=" + PARTITIONS));
        return command;
    }

    /** Executors run in folders of their own. */
    private static String absolute(String classPath) {
        return Stream.of(classPath.split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** One of two that have finished two tasks, and have others before them. */
    private ProcessHandle executorAtWork(Process driver, Path log) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (Instant.now().isBefore(end) && driver.isAlive()) {
            if (Files.readString(log, StandardCharsets.UTF_8).contains("(2/" + PARTITIONS + ")")) {
                // the master and the workers of a local cluster are threads of the driver
                List<ProcessHandle> executors = driver.children()
                        .filter(process -> process.info().command().orElse("").endsWith("java"))
                        .toList();
                if (!executors.isEmpty()) {
                    return executors.get(0);
                }
            }
            Thread.sleep(20);
        }
        throw new IllegalStateException("No executor has come to work: " + Files.readString(log));
    }

    private static String sparkHome() throws Exception {
        String given = System.getenv("SPARK_HOME");
        if (given != null && !given.isEmpty()) {
            return given;
        }
        Path environment = Path.of("target/spark").toAbsolutePath();
        if (!Files.exists(environment.resolve("installed"))) {
            run("python3", "-m", "venv", environment.toString());
            run(environment + "/bin/pip", "install", "--quiet", PACKAGE);
            Files.createFile(environment.resolve("installed"));
        }
        try (Stream<Path> files = Files.walk(environment, 5)) {
            return files.filter(file -> file.endsWith("site-packages/pyspark"))
                    .findFirst()
                    .orElseThrow()
                    .toString();
        }
    }

    private static void run(String... command) throws Exception {
        int code = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (code != 0) {
            throw new IllegalStateException(String.join(" ", command) + " ended with " + code
                    + "; set SPARK_HOME to an installation of Spark 4.0.1");
        }
    }

    private static Map<String, String> rows(Path out) {
        try (SparkSession spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate()) {
            Map<String, String> told = new TreeMap<>();
            for (Row row : spark.read().parquet(out.toString()).collectAsList()) {
                SparkIndexIT.tell(told, PageRow.page(row));
            }
            return told;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> inProcess(Path documents) throws IOException {
        IndexSettings settings = IndexSettings.vectorsBy(Documents.CLIP.toString());
        Map<String, String> told = new TreeMap<>();
        for (Path file : Documents.files(documents)) {
            Models.indexer(settings)
                    .index(settings.folder(), documents.relativize(file).toString(), Files.readAllBytes(file))
                    .pages()
                    .forEach(page -> SparkIndexIT.tell(told, page));
        }
        return told;
    }
}
