package io.github.glimpse.examples.tiny.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.SafetensorsWriter;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.examples.tiny.CommandLines;
import io.github.glimpse.prune.TokenBudget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Puts a trained model and its module where the library embeds them, with a card that has their figures. Nothing is written if
 * something is missing or they are too large.
 *
 * @param target the library's folder of the embedded model; {@code model} and {@code module} lie in it
 * @param model an exported model folder
 * @param module its glimpse module
 * @param threshold that parts what stays, null for the module's; the module is written so that 0.5 does the same
 * @param figures lines of the evaluation
 * @param runs run folders of the stages, for their number of steps, or {@code NAME:STEPS} of those that are gone
 * @param seed that the stages had
 */
record Embedding(
        Path target, Path model, Path module, @Nullable Double threshold, Path figures, List<String> runs, long seed) {

    private static final long MOST_BYTES = 13_000_000;
    private static final String CARD = "README.md";
    private static final String WEIGHTS = "model.safetensors";
    private static final String CONFIG = "config.json";
    private static final Pattern GONE = Pattern.compile("(\\w+):(\\d+)");
    private static final String DECIDING = "attn_fuser\\.attn_out_projs\\.\\d+\\.bias";

    Embedding {
        runs = List.copyOf(runs);
    }

    /** The options as they are written. */
    @Command(name = "Train embed <target>", sortOptions = false)
    private static final class Written {

        @Option(names = "--model", required = true, description = "An exported model folder")
        private Path model = Path.of("");

        @Option(names = "--module", required = true, description = "Its glimpse module")
        private Path module = Path.of("");

        @Option(names = "--figures", required = true, description = "Lines of the evaluation")
        private Path figures = Path.of("");

        @Option(names = "--threshold", description = "That parts what stays, if not the module's")
        private @Nullable Double threshold;

        @Option(names = "--seed", description = "That the stages had")
        private long seed = StageOptions.SEED;

        @Option(names = "--run", description = "Run folder of a stage, or NAME:STEPS, for each stage")
        private List<String> runs = new ArrayList<>();
    }

    /**
     * Reads options.
     *
     * @throws IllegalArgumentException if one is not known, or one that is needed is missing
     */
    static Embedding parse(Path target, List<String> arguments) {
        Written written = CommandLines.read(new Written(), arguments);
        return new Embedding(
                target, written.model, written.module, written.threshold, written.figures, written.runs, written.seed);
    }

    /**
     * Writes the folders.
     *
     * @throws IllegalArgumentException if they are larger than a jar should grow, or the lines have no figures
     */
    void write() {
        try {
            List<String> lines = Files.readAllLines(figures);
            Map<String, Long> steps = steps();
            // Before anything is written: lines without figures stop it
            ModelCard.of(lines, steps, seed, new ModelCard.Weights("", ""));
            long bytes = bytes(model) + bytes(module);
            if (bytes > MOST_BYTES) {
                throw new IllegalArgumentException("Model and module have " + bytes + " bytes, the limit is "
                        + MOST_BYTES + "; export in bfloat16 (--precision=mixed)");
            }
            replace(model, target.resolve("model"));
            replace(module, target.resolve("module"));
            moveThreshold(target.resolve("module"));
            Files.writeString(target.resolve("model").resolve(CARD), ModelCard.of(lines, steps, seed, weights(target)));
        } catch (IOException e) {
            throw new UncheckedIOException("The model cannot be embedded in '" + target + "'", e);
        }
    }

    /** What an embedded model and its module are told apart by. */
    static ModelCard.Weights weights(Path target) throws IOException {
        return new ModelCard.Weights(sha256(target.resolve("model")), sha256(target.resolve("module")));
    }

    private static String sha256(Path folder) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(folder.resolve(WEIGHTS))));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    private static void replace(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (Path old : files(to)) {
            Files.delete(old);
        }
        for (Path file : files(from)) {
            Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * Moves the bias of the deciding projection so that 0.5 parts what the chosen threshold parts: then it is the threshold that
     * everybody expects, and profiles, which name thresholds of their own, mean here what they mean elsewhere.
     */
    private void moveThreshold(Path folder) throws IOException {
        if (threshold == null) {
            return;
        }
        Path file = folder.resolve(WEIGHTS);
        SafetensorsFile old = SafetensorsFile.open(file);
        Map<String, CheckpointTensor> tensors = new TreeMap<>();
        old.entries()
                .forEach((name, entry) -> tensors.put(
                        name, new CheckpointTensor(entry.type(), entry.shape(), SafetensorsFile.floats(entry))));
        String last = tensors.keySet().stream()
                .filter(name -> name.matches(DECIDING))
                .max(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
        float[] bias = Objects.requireNonNull(tensors.get(last)).values();
        bias[0] -= (float) Math.log(threshold / (1 - threshold));
        tensors.put(last, new CheckpointTensor(StoredType.F32, new long[] {1}, bias));
        SafetensorsWriter.write(file, tensors, old.metadata());
        ObjectMapper json = new ObjectMapper();
        Path config = folder.resolve(CONFIG);
        ObjectNode tree = (ObjectNode) json.readTree(config.toFile());
        tree.put("reduce_threshold", TokenBudget.DEFAULT_THRESHOLD);
        Files.writeString(config, json.writerWithDefaultPrettyPrinter().writeValueAsString(tree) + "\n");
    }

    /** Steps by stage: the last row of each run's curve. */
    private Map<String, Long> steps() throws IOException {
        Map<String, Long> steps = new LinkedHashMap<>();
        for (String run : runs) {
            Matcher gone = GONE.matcher(run);
            if (gone.matches()) {
                steps.put(gone.group(1), Long.parseLong(gone.group(2)));
            } else {
                Path folder = Path.of(run);
                List<String> rows = Files.readAllLines(folder.resolve("curve.csv"));
                String last = rows.get(rows.size() - 1);
                steps.put(folder.getFileName().toString(), Long.parseLong(last.substring(0, last.indexOf(','))));
            }
        }
        return steps;
    }

    private static long bytes(Path folder) throws IOException {
        long bytes = 0;
        for (Path file : files(folder)) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
