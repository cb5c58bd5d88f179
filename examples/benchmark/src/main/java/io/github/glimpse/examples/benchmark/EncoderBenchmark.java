package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Glimpse beside Hugging Face transformers with CLIP and BLIP folders, in turns: each round runs every rival in a process of its
 * own on every folder.
 */
@Command(
        name = "encoder-benchmark",
        mixinStandardHelpOptions = true,
        description =
                "Times CLIP's batches of pictures and BLIP's answers beside Hugging Face transformers, pruned and not.")
final class EncoderBenchmark implements Callable<Integer> {

    /** Megabytes of the Java heap of our own turns. */
    private static final int HEAP = 512;

    @Option(names = "--models", split = ",", required = true, description = "Folders of CLIP or of BLIP for questions")
    private List<Path> models = List.of();

    @Option(
            names = "--python",
            split = ",",
            description = "Python interpreters with torch, transformers and pillow, one rival each")
    private List<String> pythons = List.of();

    @Option(names = "--retention", split = ",", defaultValue = "0.5,0.25", description = "Shares to keep")
    private List<Double> retentions = List.of();

    @Option(names = "--dtype", split = ",", defaultValue = "float32", description = "bfloat16, float32")
    private List<String> dtypes = List.of();

    @Option(names = "--pictures", defaultValue = "8", description = "Pictures of a batch (CLIP)")
    private int pictures;

    @Option(names = "--threads", defaultValue = "1", description = "Threads of a product")
    private int threads;

    @Option(names = "--rounds", defaultValue = "3", description = "Turns of each rival")
    private int rounds;

    @Option(names = "--repeat", defaultValue = "3", description = "Measured requests of each kind and turn")
    private int repeat;

    @Option(names = "--output-tokens", defaultValue = "3", description = "Tokens of each answer (BLIP)")
    private int outputTokens;

    @Option(names = "--out", defaultValue = "target/encoder-benchmark", description = "Folder of the results")
    private Path out = Path.of("target/encoder-benchmark");

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new EncoderBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Turns turns = new Turns(out);
        Path script = out.resolve("encoders_turn.py");
        try (var text = EncoderBenchmark.class.getResourceAsStream("/encoders_turn.py")) {
            Files.write(script, Objects.requireNonNull(text).readAllBytes());
        }
        List<String> files = EncoderPictures.write(pictures, out).stream()
                .map(Path::toString)
                .toList();
        for (int round = 1; round <= rounds; round++) {
            for (String dtype : dtypes) {
                for (Path model : models) {
                    boolean clip = isClip(model);
                    Turn turn = new Turn(
                            model.toAbsolutePath().toString(),
                            dtype,
                            threads,
                            clip ? files : files.subList(0, 1),
                            retentions,
                            List.of(),
                            List.of(),
                            0,
                            "wall",
                            repeat,
                            outputTokens);
                    turns.take(round, Turns.java(clip ? ClipWorker.class : BlipWorker.class, turn, HEAP), dtype);
                    for (String python : pythons) {
                        turns.take(round, List.of(python, script.toString(), turn.argument()), dtype);
                    }
                }
            }
        }
        report(turns.measurements());
        return 0;
    }

    private static boolean isClip(Path model) throws IOException {
        return new ObjectMapper()
                .readTree(model.resolve("config.json").toFile())
                .path("model_type")
                .asText()
                .equals("clip");
    }

    private void report(List<Measurement> measurements) throws IOException {
        List<Measurement> measured = new ArrayList<>(measurements);
        measured.removeIf(one -> one.unit().equals(EncoderPrinter.OPERATIONS));
        String tables = new Summary(measured).table() + "\n" + new EncoderGains(measurements).table();
        Files.writeString(out.resolve("table.md"), tables);
        System.out.println(tables);
    }
}
