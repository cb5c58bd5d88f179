package io.github.glimpse.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A model folder written anew: the same model with other names of tensors, another form of its configuration, or in shards. */
public final class RewrittenFolder {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String WEIGHTS = "model.safetensors";
    private static final String CONFIG = "config.json";

    private final Path source;
    private final Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
    private final ObjectNode config;
    private int shards = 1;

    private RewrittenFolder(Path source) throws IOException {
        this.source = source;
        this.config = (ObjectNode) JSON.readTree(source.resolve(CONFIG).toFile());
        SafetensorsFile.open(source.resolve(WEIGHTS))
                .entries()
                .forEach((name, entry) -> tensors.put(
                        name, new CheckpointTensor(entry.type(), entry.shape(), SafetensorsFile.floats(entry))));
    }

    /** Reads a folder whose weights are one file of BF16 or F32. */
    public static RewrittenFolder of(Path source) throws IOException {
        return new RewrittenFolder(source);
    }

    /** Gives every tensor another name. */
    public RewrittenFolder naming(UnaryOperator<String> name) {
        Map<String, CheckpointTensor> before = new LinkedHashMap<>(tensors);
        tensors.clear();
        before.forEach((key, tensor) -> tensors.put(name.apply(key), tensor));
        return this;
    }

    /** Leaves a tensor out. */
    public RewrittenFolder without(String name) {
        tensors.remove(name);
        return this;
    }

    /** Adds a tensor that is the same as another. */
    public RewrittenFolder doubling(String name, String copy) {
        tensors.put(copy, tensors.get(name));
        return this;
    }

    /** Changes {@code config.json}. */
    public RewrittenFolder config(Consumer<ObjectNode> change) {
        change.accept(config);
        return this;
    }

    /** Spreads the tensors over so many files. */
    public RewrittenFolder shards(int count) {
        shards = count;
        return this;
    }

    /** Writes it; files other than weights and configuration are copied. */
    public Path write(Path target) throws IOException {
        Files.createDirectories(target);
        List<Path> files;
        try (var listed = Files.list(source)) {
            files = listed.toList();
        }
        for (Path file : files) {
            String name = String.valueOf(file.getFileName());
            if (!name.equals(WEIGHTS) && !name.equals(CONFIG)) {
                Files.copy(file, target.resolve(name));
            }
        }
        JSON.writeValue(target.resolve(CONFIG).toFile(), config);
        if (shards == 1) {
            SafetensorsWriter.write(target.resolve(WEIGHTS), tensors, Map.of());
            return target;
        }
        ObjectNode index = JSON.createObjectNode();
        ObjectNode map = index.putObject("weight_map");
        List<String> names = new ArrayList<>(tensors.keySet());
        for (int shard = 0; shard < shards; shard++) {
            String file = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shard + 1, shards);
            Map<String, CheckpointTensor> part = new LinkedHashMap<>();
            for (int i = shard; i < names.size(); i += shards) {
                part.put(names.get(i), tensors.get(names.get(i)));
                map.put(names.get(i), file);
            }
            SafetensorsWriter.write(target.resolve(file), part, Map.of());
        }
        JSON.writeValue(target.resolve(WEIGHTS + ".index.json").toFile(), index);
        return target;
    }
}
