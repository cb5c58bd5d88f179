package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.hub.ModelSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Time to first token while another process keeps one core busy, compared with an idle machine, by OpenMP setting. Each
 * round starts a {@link BusyCoreWorker} process per setting, and the processes answer alternately, one at a time, so that
 * a change of the machine's speed affects all settings.
 */
@Command(
        name = BusyCore.NAME,
        mixinStandardHelpOptions = true,
        description = "Times requests on an idle machine and beside one busy core, by OpenMP setting.")
final class BusyCore implements Callable<Integer> {

    static final String NAME = "busy-core";

    // It ends with this process, however that ends.
    private static final String BUSY = "while kill -0 $PPID; do :; done";

    private static final int HEAP = 512;
    private static final int PAUSE_MILLIS = 30;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(names = "--model", description = "Model folder, the embedded model by default")
    private @Nullable Path model;

    @Option(names = "--tokens", defaultValue = "64", description = "Image tokens of the image")
    private int tokens;

    @Option(
            names = "--settings",
            split = ",",
            defaultValue = "GOMP_SPINCOUNT=300000,default,OMP_WAIT_POLICY=PASSIVE",
            description = "Environment variables to compare, 'default' for none; the first one is the baseline."
                    + " GOMP_SPINCOUNT=300000 is libgomp's own default, without Glimpse's throttle")
    private List<String> settings = List.of();

    @Option(names = "--dtype", defaultValue = "bfloat16", description = "bfloat16, float32")
    private String dtype = "bfloat16";

    @Option(names = "--threads", defaultValue = "2", description = "Threads of a native operation")
    private int threads;

    @Option(names = "--rounds", defaultValue = "9", description = "Rounds, each with new processes")
    private int rounds;

    @Option(names = "--repeat", defaultValue = "9", description = "Pairs of an idle and a busy phase in each round")
    private int repeat;

    @Option(names = "--requests", defaultValue = "1", description = "Measured requests of each process in each phase")
    private int requests;

    @Option(
            names = "--settle",
            defaultValue = "2000",
            description =
                    "Milliseconds of requests before the measured ones, in each phase: Glimpse adapts to the load")
    private int settleMillis;

    @Option(names = "--output-tokens", defaultValue = "9", description = "Tokens of each answer")
    private int outputTokens;

    @Option(names = "--out", defaultValue = "target/busy-core", description = "Folder of the results")
    private Path out = Path.of("target/busy-core");

    static CommandLine commandLine() {
        return new CommandLine(new BusyCore());
    }

    private final List<Measurement> measurements = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Files.createDirectories(out);
        Files.deleteIfExists(out.resolve("lines.jsonl"));
        try (ModelSource embedded = ModelSource.embedded()) {
            Path folder = model == null ? embedded.directory() : model;
            Path image = PictureSize.of(folder).write(tokens, 0, out);
            for (int round = 1; round <= rounds; round++) {
                round(round, folder, image);
                // Also where a later round does not end.
                String table = new BusyCoreTable(measurements, settings).markdown();
                Files.writeString(out.resolve("table.md"), table);
            }
        }
        System.out.println(Files.readString(out.resolve("table.md")));
        return 0;
    }

    private void round(int round, Path folder, Path image) throws IOException, InterruptedException {
        List<Worker> workers = new ArrayList<>();
        try {
            for (String setting : settings) {
                workers.add(new Worker(setting, command(setting, folder, image)));
            }
            for (int i = 0; i < repeat; i++) {
                Collections.rotate(workers, 1);
                ask(workers, "idle, ", round);
                Process busy = new ProcessBuilder("sh", "-c", BUSY).start();
                try {
                    ask(workers, "busy, ", round);
                } finally {
                    busy.destroyForcibly().waitFor();
                }
            }
        } finally {
            workers.forEach(Worker::close);
        }
    }

    private void ask(List<Worker> workers, String prefix, int round) throws IOException, InterruptedException {
        for (Worker worker : workers) {
            // The threads of the worker before sleep by then.
            Thread.sleep(PAUSE_MILLIS);
            long settled = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settleMillis);
            while (System.nanoTime() < settled) {
                worker.ask(prefix);
            }
            for (Measurement one : worker.ask(prefix, requests)) {
                Measurement measured = one.inRound(round);
                measurements.add(measured);
                String line = JSON.writeValueAsString(measured) + "\n";
                Files.writeString(
                        out.resolve("lines.jsonl"), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        }
    }

    private List<String> command(String setting, Path folder, Path image) {
        List<String> command = new ArrayList<>(List.of("env", "-u", "OMP_WAIT_POLICY", "-u", "GOMP_SPINCOUNT"));
        if (!setting.equals("default")) {
            command.add(setting);
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx" + HEAP + "m",
                "-cp",
                System.getProperty("java.class.path"),
                BusyCoreWorker.class.getName(),
                folder.toString(),
                dtype,
                Integer.toString(threads),
                Integer.toString(outputTokens),
                image.toString()));
        return command;
    }

    /** A running worker process with one setting. */
    private static final class Worker {

        private final String setting;
        private final Process process;
        private final BufferedReader output;

        /** Returns when the model is warm. */
        Worker(String setting, List<String> command) throws IOException {
            this.setting = setting;
            this.process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            this.output = process.inputReader(StandardCharsets.UTF_8);
            measurements();
        }

        List<Measurement> ask(String prefix, int requests) throws IOException {
            List<Measurement> found = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                found.addAll(ask(prefix));
            }
            return found;
        }

        List<Measurement> ask(String prefix) throws IOException {
            process.outputWriter(StandardCharsets.UTF_8)
                    .append(prefix)
                    .append('\n')
                    .flush();
            return measurements();
        }

        private List<Measurement> measurements() throws IOException {
            List<Measurement> found = new ArrayList<>();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.isEmpty()) {
                    return found;
                }
                found.add(JSON.readValue(line, Measurement.class).named(setting + ": "));
            }
            throw new IllegalStateException("The process with " + setting + " ended; see its messages above");
        }

        void close() {
            process.destroy();
        }
    }
}
