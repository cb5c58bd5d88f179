package io.github.glimpse.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Joins the shards of a checkpoint to one table of tensors.
 *
 * <p>A directory has either {@code model.safetensors} or {@code model.safetensors.index.json}, which says for each tensor in
 * which shard it lies. The index decides: what a shard holds beyond it is left out.
 */
public final class SafetensorsIndex {

    private static final String SINGLE_FILE = "model.safetensors";
    private static final String INDEX_FILE = "model.safetensors.index.json";
    private static final Pattern SHARD_NAME = Pattern.compile("[\\p{L}\\p{N}._ -]+\\.safetensors");
    private static final long LONGEST_INDEX_BYTES = 32L << 20;
    private static final int MOST_TENSORS = 500_000;

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            // Many names overflow the table of names for some seeds of its hash; it starts anew then.
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxNameLength(4_096)
                    .maxStringLength(1_000_000)
                    .maxNumberLength(400)
                    .build())
            .build();

    private SafetensorsIndex() {}

    /**
     * All tensors of these files.
     *
     * @throws ModelFilesException if a file is damaged, or two files hold a tensor of the same name
     */
    public static Map<String, TensorEntry> of(List<Path> shards) {
        Map<String, TensorEntry> all = new LinkedHashMap<>();
        for (Path shard : shards) {
            for (TensorEntry entry : SafetensorsFile.open(shard).entries().values()) {
                TensorEntry other = all.put(entry.name(), entry);
                if (other != null) {
                    throw new ModelFilesException("The tensor " + Quoted.name(entry.name()) + " is in two files: '"
                            + other.file() + "' and '" + shard + "'; keep the shards of one checkpoint only");
                }
            }
        }
        return Collections.unmodifiableMap(all);
    }

    /**
     * All tensors of a model directory: those of {@code model.safetensors}, or else those of the index.
     *
     * @throws ModelFilesException if neither is there, a shard is missing or damaged, or the index names a tensor that its
     *     shard does not hold
     */
    public static Map<String, TensorEntry> of(Path directory) {
        Path single = directory.resolve(SINGLE_FILE);
        if (Files.isRegularFile(single)) {
            return of(List.of(single));
        }
        Path index = directory.resolve(INDEX_FILE);
        if (!Files.isRegularFile(index)) {
            throw new ModelFilesException("The directory '" + directory + "' has neither " + SINGLE_FILE + " nor "
                    + INDEX_FILE + "; point to a directory with safetensors weights");
        }
        return entries(index, weightMap(index));
    }

    private static Map<String, TensorEntry> entries(Path index, Map<String, String> weightMap) {
        Map<String, SafetensorsFile> shards = new HashMap<>();
        Map<String, TensorEntry> all = new LinkedHashMap<>();
        weightMap.forEach((name, shardName) -> {
            SafetensorsFile shard = shards.computeIfAbsent(
                    shardName, missing -> SafetensorsFile.open(index.resolveSibling(checked(index, missing))));
            TensorEntry entry = shard.entries().get(name);
            if (entry == null) {
                throw new ModelFilesException("'" + index + "' says that the tensor " + Quoted.name(name) + " is in "
                        + Quoted.name(shardName) + ", but it is not; download both again");
            }
            all.put(name, entry);
        });
        return Collections.unmodifiableMap(all);
    }

    /** A shard lies beside its index: anything that could lead elsewhere is refused. */
    private static String checked(Path index, String shardName) {
        if (!SHARD_NAME.matcher(shardName).matches()) {
            throw new ModelFilesException("'" + index + "' names the shard " + Quoted.name(shardName)
                    + "; only plain names of .safetensors files in the same directory are allowed");
        }
        return shardName;
    }

    private static Map<String, String> weightMap(Path index) {
        try {
            long bytes = Files.size(index);
            if (bytes > LONGEST_INDEX_BYTES) {
                throw new ModelFilesException(
                        "'" + index + "' has " + bytes + " bytes, at most " + LONGEST_INDEX_BYTES + " are read");
            }
            try (JsonParser parser = JSON.createParser(Files.readAllBytes(index))) {
                return weightMap(index, parser);
            }
        } catch (JsonProcessingException e) {
            throw new ModelFilesException(
                    "'" + index + "' is no valid JSON: " + e.getOriginalMessage() + "; download it again", e);
        } catch (IOException e) {
            throw new ModelFilesException("'" + index + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> weightMap(Path index, JsonParser parser) throws IOException {
        Map<String, String> shardByTensor = new LinkedHashMap<>();
        boolean found = false;
        if (parser.nextToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean weightMap = parser.currentName().equals("weight_map");
                if (parser.nextToken() == JsonToken.START_OBJECT && weightMap) {
                    found = true;
                    readWeightMap(index, parser, shardByTensor);
                } else {
                    parser.skipChildren();
                }
            }
        }
        if (!found || shardByTensor.isEmpty() || parser.nextToken() != null) {
            throw new ModelFilesException(
                    "'" + index + "' has to be an object with a 'weight_map' from tensor to file");
        }
        return shardByTensor;
    }

    private static void readWeightMap(Path index, JsonParser parser, Map<String, String> target) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw new ModelFilesException(
                        "'" + index + "' does not name a file for the tensor " + Quoted.name(name));
            }
            target.put(name, parser.getText());
            if (target.size() > MOST_TENSORS) {
                throw new ModelFilesException(
                        "'" + index + "' lists more than " + MOST_TENSORS + " tensors, the most that are read");
            }
        }
    }
}
