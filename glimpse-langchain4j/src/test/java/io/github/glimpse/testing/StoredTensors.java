package io.github.glimpse.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The tensors of a small model folder, to be written again under other names or in parts, every byte as it was. */
public final class StoredTensors {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String FILE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final Map<String, Tensor> tensors = new TreeMap<>();

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Tensor(JsonNode header, byte[] bytes) {}

    private StoredTensors() {}

    /** Reads {@code model.safetensors} of a folder. */
    public static StoredTensors of(Path folder) {
        try {
            byte[] file = Files.readAllBytes(folder.resolve(FILE));
            int length =
                    (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
            StoredTensors read = new StoredTensors();
            JsonNode header = JSON.readTree(file, Long.BYTES, length);
            header.properties().stream()
                    .filter(entry -> !entry.getKey().startsWith("__"))
                    .forEach(entry -> {
                        JsonNode place = entry.getValue().get("data_offsets");
                        int start = Long.BYTES + length;
                        byte[] bytes = Arrays.copyOfRange(
                                file,
                                start + place.get(0).intValue(),
                                start + place.get(1).intValue());
                        read.tensors.put(entry.getKey(), new Tensor(entry.getValue(), bytes));
                    });
            return read;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Tensor tensor(String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    /** The same under other names. */
    public StoredTensors renamed(UnaryOperator<String> names) {
        StoredTensors others = new StoredTensors();
        tensors.forEach((name, tensor) -> others.tensors.put(names.apply(name), tensor));
        return others;
    }

    /** The same without one of them. */
    public StoredTensors without(String name) {
        StoredTensors others = renamed(UnaryOperator.identity());
        others.tensors.remove(name);
        return others;
    }

    /** The same with one of them a second time. */
    public StoredTensors withCopy(String name, String copy) {
        StoredTensors others = renamed(UnaryOperator.identity());
        others.tensors.put(copy, tensor(name));
        return others;
    }

    /** Writes one file, or shards with their index. What was there is gone. */
    public void write(Path folder, int shards) {
        try {
            Files.deleteIfExists(folder.resolve(FILE));
            if (shards == 1) {
                write(folder.resolve(FILE), List.copyOf(tensors.keySet()));
                return;
            }
            ObjectNode index = JSON.createObjectNode();
            index.putObject("metadata");
            ObjectNode places = index.putObject("weight_map");
            List<String> names = List.copyOf(tensors.keySet());
            for (int shard = 0; shard < shards; shard++) {
                String file = "model-0000" + (shard + 1) + "-of-0000" + shards + ".safetensors";
                List<String> some = new ArrayList<>();
                for (int i = shard; i < names.size(); i += shards) {
                    some.add(names.get(i));
                    places.put(names.get(i), file);
                }
                write(folder.resolve(file), some);
            }
            Files.writeString(folder.resolve(INDEX), index.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Path file, List<String> names) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        int end = 0;
        for (String name : names) {
            Tensor tensor = tensor(name);
            ObjectNode entry = header.putObject(name);
            entry.set("dtype", tensor.header().get("dtype"));
            entry.set("shape", tensor.header().get("shape"));
            entry.putArray("data_offsets").add(end).add(end + tensor.bytes().length);
            end += tensor.bytes().length;
        }
        byte[] text = (header + " ".repeat(Long.BYTES)).getBytes(StandardCharsets.UTF_8);
        int length = text.length / Long.BYTES * Long.BYTES;
        ByteBuffer all = ByteBuffer.allocate(Long.BYTES + length + end).order(ByteOrder.LITTLE_ENDIAN);
        all.putLong(length).put(text, 0, length);
        names.forEach(name -> all.put(tensor(name).bytes()));
        Files.write(file, all.array());
    }
}
