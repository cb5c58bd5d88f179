package io.github.glimpse.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.engine.StoredType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes folders of further families in the sizes of released models with random weights of bfloat16, for trials of loading, speed and
 * memory. Settings and tokenizer are those of a family's fixture, with the sizes replaced. {@link RandomModelFolder} does so for
 * Qwen2.5-VL and LLaVA-1.5. From the command line, at the root of the repository:
 *
 * <pre>
 * mvn -q -pl glimpse-langchain4j test-compile exec:java -Dexec.skip=false \
 *     -Dexec.classpathScope=test -Dexec.mainClass=io.github.glimpse.testing.RandomFamilyFolder \
 *     -Dexec.args="/tmp/families smolvlm2-500m qwen3-vl-2b"
 * </pre>
 */
public final class RandomFamilyFolder {

    private static final Path FIXTURES = Path.of("src", "test", "resources", "fixtures");
    private static final double DEVIATION = 0.02;
    private static final long SHARD_BYTES = 4L << 30;
    private static final int NEXT_SIDE = 336;
    private static final int ONEVISION_SIDE = 384;
    private static final int ONEVISION_TILES = 6;

    /** The shapes by name. */
    private static final Map<String, FamilyShape> SHAPES = new TreeMap<>(Map.of(
            // Released config.json, as checked by exporters of the model; SigLIP base, patch 16, 512 pixels (arXiv
            // 2504.05299, section 2)
            "smolvlm2-500m",
            new FamilyShape(
                    "smolvlm-tiny",
                    new FamilyShape.Decoder(960, 32, 15, 5, 64, 2_560, 49_280, false),
                    new FamilyShape.Tower(768, 12, 12, 3_072, 512, 16)),
            // Qwen2-0.5B (arXiv 2407.10671, table 1), SigLIP so400m/14-384 without its last layer, and 64 rows more of
            // the table:
            // transformers, convert_llava_onevision_weights_to_hf.py
            "llava-onevision-0.5b",
            new FamilyShape(
                    "llava_onevision-tiny",
                    new FamilyShape.Decoder(896, 24, 14, 2, 64, 4_864, 152_000, true),
                    new FamilyShape.Tower(1_152, 26, 16, 4_304, ONEVISION_SIDE, 14)),
            // Vicuna-7B and CLIP ViT-L/14-336, as LLaVA-1.5-7B: transformers, convert_llava_next_weights_to_hf.py
            "llava-next-7b",
            new FamilyShape(
                    "llava_next-tiny",
                    new FamilyShape.Decoder(4_096, 32, 32, 32, 128, 11_008, 32_064, false),
                    new FamilyShape.Tower(1_024, 24, 16, 4_096, NEXT_SIDE, 14)),
            // Qwen3-1.7B (arXiv 2505.09388, table 1); both parts as in torchtitan, experiments/qwen3_vl, "2B"
            "qwen3-vl-2b",
            new FamilyShape(
                    "qwen3_vl-tiny",
                    new FamilyShape.Decoder(2_048, 28, 16, 8, 128, 6_144, 151_936, true),
                    new FamilyShape.Tower(1_024, 24, 16, 4_096, 0, 16)),
            // Released config.json, as quoted in public notes on the model; Qwen3-4B (arXiv 2505.09388, table 1)
            "qwen3-vl-4b",
            new FamilyShape(
                    "qwen3_vl-tiny",
                    new FamilyShape.Decoder(2_560, 36, 32, 8, 128, 9_728, 151_936, true),
                    new FamilyShape.Tower(1_024, 24, 16, 4_096, 0, 16))));

    private RandomFamilyFolder() {}

    /** Writes one folder of a known shape. */
    public static Path write(String name, Path directory) {
        return write(name, Integer.MAX_VALUE, directory);
    }

    /**
     * Writes one folder of a known shape.
     *
     * @param mostLayers of the language model
     */
    public static Path write(String name, int mostLayers, Path directory) {
        FamilyShape known = SHAPES.get(name);
        if (known == null) {
            throw new IllegalArgumentException("'" + name + "' is not known; known: " + SHAPES.keySet());
        }
        FamilyShape shape = known.withMostLayers(mostLayers);
        try {
            Files.createDirectories(directory);
            try (DirectoryStream<Path> files =
                    Files.newDirectoryStream(FIXTURES.resolve(shape.fixture()).resolve("model"), "*.json")) {
                for (Path file : files) {
                    Files.copy(
                            file,
                            directory.resolve(file.getFileName().toString()),
                            StandardCopyOption.REPLACE_EXISTING);
                }
            }
            change(directory, "config.json", config -> configure(config, shape));
            for (String file : List.of("preprocessor_config.json", "video_preprocessor_config.json")) {
                if (Files.exists(directory.resolve(file))) {
                    change(directory, file, pictures -> cut(pictures, shape));
                }
            }
            if (shape.fixture().startsWith("llava_onevision")) {
                change(directory, "processor_config.json", json -> json.put("vision_aspect_ratio", "anyres_max_9"));
            }
            List<PlannedTensor> tensors = shape.plan();
            long elements =
                    tensors.stream().mapToLong(PlannedTensor::elementCount).sum();
            new RandomWeights(StoredType.BF16, DEVIATION, elements / 4 + 1, 1).write(directory, tensors, SHARD_BYTES);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Change {
        void of(ObjectNode json);
    }

    private static void change(Path directory, String file, Change change) {
        ObjectNode json = (ObjectNode) Json.read(directory.resolve(file));
        change.of(json);
        Json.write(directory.resolve(file), json);
    }

    private static void configure(ObjectNode config, FamilyShape shape) {
        FamilyShape.Decoder decoder = shape.decoder();
        FamilyShape.Tower tower = shape.tower();
        config.put("tie_word_embeddings", decoder.tied());
        ObjectNode text = (ObjectNode) config.get("text_config");
        text.remove("layer_types");
        text.put("hidden_size", decoder.hidden())
                .put("num_hidden_layers", decoder.layers())
                .put("num_attention_heads", decoder.heads())
                .put("num_key_value_heads", decoder.kvHeads())
                .put("head_dim", decoder.headDim())
                .put("intermediate_size", decoder.intermediate())
                .put("vocab_size", decoder.vocabulary())
                .put("tie_word_embeddings", decoder.tied());
        ObjectNode vision = (ObjectNode) config.get("vision_config");
        vision.put("hidden_size", tower.hidden())
                .put("intermediate_size", tower.intermediate())
                .put("patch_size", tower.patch());
        if (shape.isQwen()) {
            vision.put("depth", tower.layers())
                    .put("num_heads", tower.heads())
                    .put("out_hidden_size", decoder.hidden())
                    .put("num_position_embeddings", FamilyShape.QWEN_PLACES);
            FamilyShape.DEEPSTACK.forEach(vision.putArray("deepstack_visual_indexes")::add);
            List.of(24, 20, 20).forEach(text.withObject("rope_scaling").putArray("mrope_section")::add);
            return;
        }
        vision.put("image_size", tower.side())
                .put("num_attention_heads", tower.heads())
                .put("num_hidden_layers", tower.layers());
        if (shape.isSmolVlm()) {
            config.put("scale_factor", FamilyShape.SMOLVLM_MERGE);
        } else {
            config.set("image_grid_pinpoints", pinpoints(shape));
        }
        if (config.has("vision_aspect_ratio")) {
            config.put("vision_aspect_ratio", "anyres_max_9");
        }
    }

    private static void cut(ObjectNode pictures, FamilyShape shape) {
        int side = shape.tower().side();
        if (shape.isQwen()) {
            // The released limits; the fixture's allow tiny pictures only.
            pictures.putObject("size").put("shortest_edge", 65_536).put("longest_edge", 16_777_216);
            return;
        }
        if (shape.isSmolVlm()) {
            pictures.putObject("size").put("longest_edge", 4 * side);
            pictures.putObject("max_image_size").put("longest_edge", side);
            return;
        }
        for (String key : List.of("size", "crop_size")) {
            if (pictures.has(key)) {
                pictures.putObject(key).put("height", side).put("width", side);
            }
        }
        if (pictures.has("image_grid_pinpoints")) {
            pictures.set("image_grid_pinpoints", pinpoints(shape));
        }
    }

    private static JsonNode pinpoints(FamilyShape shape) {
        int side = shape.tower().side();
        ArrayNode list = Json.object().putArray("pinpoints");
        if (side == NEXT_SIDE) {
            int[][] usual = {{1, 2}, {2, 1}, {2, 2}, {3, 1}, {1, 3}};
            for (int[] tiles : usual) {
                list.addArray().add(tiles[0] * side).add(tiles[1] * side);
            }
            return list;
        }
        for (int rows = 1; rows <= ONEVISION_TILES; rows++) {
            for (int columns = 1; columns <= ONEVISION_TILES; columns++) {
                list.addArray().add(rows * side).add(columns * side);
            }
        }
        return list;
    }

    /**
     * Writes a folder for each shape.
     *
     * @param arguments the folder above them, then the shapes, such as {@code qwen3-vl-2b}, or {@code qwen3-vl-2b:7} for seven of
     *     the language model's layers
     */
    public static void main(String[] arguments) {
        Path all = Path.of(arguments[0]);
        for (String shape : List.of(arguments).subList(1, arguments.length)) {
            int colon = shape.indexOf(':');
            String name = colon < 0 ? shape : shape.substring(0, colon);
            int layers = colon < 0 ? Integer.MAX_VALUE : Integer.parseInt(shape.substring(colon + 1));
            System.out.println(write(name, layers, all.resolve(name)));
        }
    }
}
