package io.github.glimpse.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.engine.StoredType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes model folders with random weights, together with a fitting glimpse module in their folder {@code glimpse}: small odd
 * ones for tests, and ones of the released models' real sizes for trials of loading, speed and memory. Names of tensors and
 * files are those of the released checkpoints; tokenizer, chat template and image settings are copied from another folder, by
 * default from a fixture, and {@code config.json} takes the ids of special tokens from there.
 *
 * <p>From the command line, at the root of the repository:
 *
 * <pre>
 * mvn -q -pl glimpse-langchain4j test-compile exec:java -Dexec.skip=false \
 *     -Dexec.classpathScope=test -Dexec.mainClass=io.github.glimpse.testing.RandomModelFolder \
 *     -Dexec.args="--shape qwen2.5-vl-3b --out /tmp/qwen-3b --layers 8"
 * </pre>
 *
 * <p>The same seed gives the same bytes.
 */
public final class RandomModelFolder {

    /** Where the glimpse module lies inside the model folder. */
    public static final String MODULE = "glimpse";

    private static final List<String> COPIED = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "tokenizer.model",
            "special_tokens_map.json",
            "added_tokens.json",
            "chat_template.json",
            "chat_template.jinja",
            "generation_config.json",
            "processor_config.json");

    private static final long DEFAULT_SHARD_BYTES = 4L << 30;
    private static final int REAL_WIDTH = 1024;

    private ModelShape shape;
    private @Nullable Path tokenizerSource;
    private long seed = 1;
    private long shardBytes = DEFAULT_SHARD_BYTES;
    private int shardCount;
    private double deviation;
    private boolean texts;

    private RandomModelFolder(ModelShape shape) {
        this.shape = shape;
        // With a narrow model a small deviation would leave attention and logits almost flat.
        this.deviation = shape.decoder().hidden() >= REAL_WIDTH ? 0.02 : 0.1;
    }

    /**
     * A folder of a known size.
     *
     * @param shape {@code qwen2.5-vl-3b}, {@code qwen2.5-vl-7b}, {@code llava-1.5-7b}, {@code qwen2.5-vl-tiny} or {@code
     *     llava-1.5-tiny}; the tiny ones have the sizes of the fixtures
     */
    public static RandomModelFolder ofShape(String shape) {
        return new RandomModelFolder(ModelShape.named(shape));
    }

    /** Sizes of the language model; {@code hidden / heads} has to be a multiple of four. */
    public RandomModelFolder decoder(int hidden, int layers, int heads, int kvHeads, int intermediate) {
        int vocabulary = shape.decoder().vocabulary();
        shape = shape.with(new ModelShape.Decoder(hidden, layers, heads, kvHeads, intermediate, vocabulary));
        return this;
    }

    /** Fewer or more layers of the language model. */
    public RandomModelFolder layers(int layers) {
        ModelShape.Decoder decoder = shape.decoder();
        return decoder(decoder.hidden(), layers, decoder.heads(), decoder.kvHeads(), decoder.intermediate());
    }

    /** Sizes of the vision tower; in Qwen the last block and the one in the middle have no windows. */
    public RandomModelFolder tower(int hidden, int layers, int heads, int intermediate) {
        List<Integer> fullAttention = qwen() ? List.of(layers / 2 - 1, layers - 1) : List.of();
        int imageSide = shape.tower().imageSide();
        shape = shape.with(new ModelShape.Tower(hidden, layers, heads, intermediate, fullAttention, imageSide));
        return this;
    }

    /** Leaves out the head: the embedding serves as such. */
    public RandomModelFolder tied() {
        shape = shape.with(shape.keys(), shape.type(), true);
        return this;
    }

    /** Writes a head of its own. */
    public RandomModelFolder untied() {
        shape = shape.with(shape.keys(), shape.type(), false);
        return this;
    }

    /** The stored type: F32, BF16 or F16. */
    public RandomModelFolder type(StoredType type) {
        shape = shape.with(shape.keys(), type, shape.tied());
        return this;
    }

    /** How tensors are named and settings nested. */
    public RandomModelFolder keys(KeyLayout keys) {
        shape = shape.with(keys, shape.type(), shape.tied());
        return this;
    }

    /** The folder whose tokenizer, template, image settings and ids of special tokens are used. */
    public RandomModelFolder tokenizerFrom(Path modelDirectory) {
        tokenizerSource = modelDirectory;
        return this;
    }

    /** The seed of all values. */
    public RandomModelFolder seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** The standard deviation of all values but the weights of norms, which are 1. */
    public RandomModelFolder deviation(double deviation) {
        this.deviation = deviation;
        return this;
    }

    /** Answers are texts: what the tokenizer cannot print is never the likeliest. For folders of one file. */
    public RandomModelFolder texts() {
        texts = true;
        return this;
    }

    /** The most bytes of one file. */
    public RandomModelFolder shardBytes(long shardBytes) {
        this.shardBytes = shardBytes;
        return this;
    }

    /** About so many files, instead of a size: one more where the tensors do not divide well. */
    public RandomModelFolder shards(int shardCount) {
        this.shardCount = shardCount;
        return this;
    }

    /**
     * Writes the folder. Weights and settings that were there before are replaced.
     *
     * @return {@code directory}; the glimpse module is in {@link #MODULE} below it
     */
    public Path write(Path directory) {
        try {
            Path source = tokenizerSource != null ? tokenizerSource : fixture();
            JsonNode sourceConfig = Json.read(source.resolve("config.json"));
            Path module = Files.createDirectories(directory.resolve(MODULE));
            Json.write(
                    directory.resolve("config.json"),
                    qwen() ? QwenFolder.config(shape, sourceConfig) : LlavaFolder.config(shape, sourceConfig));
            Json.write(module.resolve("config.json"), GlimpseModuleFolder.config(shape, sourceConfig));
            copySettings(source, directory);

            List<PlannedTensor> tensors = plan();
            long elements =
                    tensors.stream().mapToLong(PlannedTensor::elementCount).sum();
            RandomWeights weights = new RandomWeights(shape.type(), deviation, elements / 4 + 1, seed);
            long bytes = elements * shape.type().byteCount();
            weights.write(directory, tensors, shardCount > 0 ? (bytes + shardCount - 1) / shardCount : shardBytes);
            weights.write(module, GlimpseModuleFolder.plan(shape), Long.MAX_VALUE);
            if (texts) {
                TextRows.keep(directory);
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tensors of the model. */
    List<PlannedTensor> plan() {
        return qwen() ? QwenFolder.plan(shape) : LlavaFolder.plan(shape);
    }

    /** The tensors of the glimpse module. */
    List<PlannedTensor> modulePlan() {
        return GlimpseModuleFolder.plan(shape);
    }

    private boolean qwen() {
        return shape.family() == ModelShape.Family.QWEN25_VL;
    }

    private void copySettings(Path source, Path directory) throws IOException {
        for (String name : COPIED) {
            if (Files.exists(source.resolve(name))) {
                Files.copy(source.resolve(name), directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        ObjectNode image = (ObjectNode) Json.read(source.resolve("preprocessor_config.json"));
        if (!qwen()) {
            image.putObject("crop_size")
                    .put("height", shape.tower().imageSide())
                    .put("width", shape.tower().imageSide());
            image.putObject("size").put("shortest_edge", shape.tower().imageSide());
            if (shape.decoder().hidden() >= REAL_WIDTH) {
                dropPreamble(directory.resolve("chat_template.json"));
            }
        } else if (shape.decoder().hidden() >= REAL_WIDTH) {
            // The released limits; the fixture's allow tiny pictures only.
            image.put("min_pixels", 3_136).put("max_pixels", 12_845_056);
            image.putObject("size").put("shortest_edge", 3_136).put("longest_edge", 12_845_056);
        }
        Json.write(directory.resolve("preprocessor_config.json"), image);
    }

    /** The released template begins with the first message; a small tokenizer would make a hundred tokens of more. */
    private static void dropPreamble(Path file) throws IOException {
        if (Files.exists(file)) {
            ObjectNode settings = (ObjectNode) Json.read(file);
            String template = settings.path("chat_template").asText();
            Json.write(file, settings.put("chat_template", template.replaceFirst("^\\{\\{ '.*?' }}", "")));
        }
    }

    private Path fixture() {
        String family = qwen() ? "qwen2_5_vl-tiny" : "llava-1_5-tiny";
        String name = "/fixtures/" + family + "/model/config.json";
        try {
            return Path.of(Objects.requireNonNull(RandomModelFolder.class.getResource(name), name)
                            .toURI())
                    .resolveSibling("");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Writes one folder.
     *
     * @param arguments {@code --shape NAME --out DIR}, and if wanted {@code --layers N}, {@code --dtype bf16|f16|f32}, {@code
     *     --shard-mb N}, {@code --seed N}, {@code --tokenizer DIR}, {@code --keys released|newer|newest},
     *     {@code --answers texts}
     */
    public static void main(String[] arguments) {
        List<String> all = Arrays.asList(arguments);
        String name = value(all, "--shape");
        RandomModelFolder folder = ofShape(name);
        for (int index = 0; index < all.size(); index += 2) {
            String value = value(all, all.get(index));
            switch (all.get(index)) {
                case "--shape", "--out" -> {}
                case "--layers" -> folder.layers(Integer.parseInt(value));
                case "--dtype" -> folder.type(StoredType.valueOf(value.toUpperCase(Locale.ROOT)));
                case "--shard-mb" -> folder.shardBytes(Long.parseLong(value) << 20);
                case "--seed" -> folder.seed(Long.parseLong(value));
                case "--tokenizer" -> folder.tokenizerFrom(Path.of(value));
                case "--keys" -> folder.keys(KeyLayout.valueOf(value.toUpperCase(Locale.ROOT)));
                case "--answers" -> {
                    if (!value.equals("texts")) {
                        throw new IllegalArgumentException("--answers is '" + value + "', known: texts");
                    }
                    folder.texts();
                }
                default -> throw new IllegalArgumentException("Unknown option " + all.get(index));
            }
        }
        long start = System.nanoTime();
        Path directory = folder.write(Path.of(value(all, "--out")));
        long parameters =
                folder.plan().stream().mapToLong(PlannedTensor::elementCount).sum();
        System.out.println(
                directory + ": " + name + ", " + folder.shape.decoder().layers() + " layers, " + parameters
                        + " parameters in " + folder.shape.type().label() + ", module in " + MODULE + ", "
                        + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms");
    }

    private static String value(List<String> arguments, String option) {
        int index = arguments.indexOf(option);
        if (index < 0 || index + 1 == arguments.size()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return arguments.get(index + 1);
    }
}
