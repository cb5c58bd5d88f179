package io.github.glimpse.generate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.TensorEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A copy of a model's folder in the form compressed-tensors W8A8: matrices of the decoder's layers are int8 numbers beside one scale
 * for each row. What is written can be spoiled before.
 */
final class Int8Folder {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One tensor of the new file. */
    record Stored(String type, long[] shape, byte[] bytes) {}

    /** By name, in the order of the file. */
    final Map<String, Stored> tensors = new TreeMap<>();

    final ObjectNode config;
    private final Path source;

    private Int8Folder(Path source, ObjectNode config) {
        this.source = source;
        this.config = config;
    }

    /** Narrows the matrices whose names are chosen. */
    static Int8Folder of(Path source, Predicate<String> chosen) throws IOException {
        Int8Folder folder = new Int8Folder(
                source, (ObjectNode) JSON.readTree(source.resolve("config.json").toFile()));
        for (TensorEntry entry : SafetensorsIndex.of(source).values()) {
            float[] values = SafetensorsFile.floats(entry);
            if (chosen.test(entry.name()) && entry.shape().length == 2) {
                folder.narrow(entry, values);
            } else {
                folder.tensors.put(entry.name(), floats(entry.shape(), values));
            }
        }
        folder.config.set("quantization_config", JSON.readTree("""
                {"quant_method": "compressed-tensors", "format": "int-quantized", "ignore": ["lm_head"],
                 "config_groups": {"group_0": {"targets": ["Linear"],
                   "weights": {"num_bits": 8, "type": "int", "strategy": "channel", "symmetric": true, "dynamic": false},
                   "input_activations": {"num_bits": 8, "type": "int", "strategy": "token", "symmetric": true, "dynamic": true}
                 }}}"""));
        return folder;
    }

    static Stored floats(long[] shape, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return new Stored("F32", shape, bytes.array());
    }

    private void narrow(TensorEntry entry, float[] values) {
        int rows = Math.toIntExact(entry.shape()[0]);
        int width = Math.toIntExact(entry.shape()[1]);
        byte[] numbers = new byte[values.length];
        float[] scales = new float[rows];
        for (int row = 0; row < rows; row++) {
            float largest = 1e-6f;
            for (int i = 0; i < width; i++) {
                largest = Math.max(largest, Math.abs(values[row * width + i]));
            }
            scales[row] = largest / 127;
            for (int i = 0; i < width; i++) {
                numbers[row * width + i] = (byte) Math.rint(values[row * width + i] / scales[row]);
            }
        }
        tensors.put(entry.name(), new Stored("I8", entry.shape(), numbers));
        tensors.put(entry.name() + "_scale", floats(new long[] {rows, 1}, scales));
    }

    Path write(Path target) throws IOException {
        Files.createDirectories(target);
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.toList()) {
                if (!file.toString().contains("safetensors")) {
                    Files.copy(file, target.resolve(file.getFileName()));
                }
            }
        }
        JSON.writeValue(target.resolve("config.json").toFile(), config);
        ObjectNode header = JSON.createObjectNode();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (Map.Entry<String, Stored> tensor : tensors.entrySet()) {
            ObjectNode entry = header.putObject(tensor.getKey());
            entry.put("dtype", tensor.getValue().type());
            ArrayNode shape = entry.putArray("shape");
            for (long size : tensor.getValue().shape()) {
                shape.add(size);
            }
            int start = data.size();
            data.writeBytes(tensor.getValue().bytes());
            entry.putArray("data_offsets").add(start).add(data.size());
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + 7) / 8 * 8;
        ByteBuffer file = ByteBuffer.allocate(Long.BYTES + padded + data.size()).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(padded).put(json);
        while (file.position() < Long.BYTES + padded) {
            file.put((byte) ' ');
        }
        Files.write(
                target.resolve("model.safetensors"),
                file.put(data.toByteArray()).array());
        return target;
    }
}
