package io.github.glimpse.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.engine.StoredType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * Writes planned tensors as safetensors, in shards like the reference library's. Values come from a pool of normally
 * distributed numbers, copied in pieces from random places: as fast as the disk, with a few megabytes of memory.
 */
final class RandomWeights {

    private static final int LARGEST_POOL = 4 << 20;
    private static final int LARGEST_PIECE_BYTES = 1 << 20;

    private final StoredType type;
    private final Random random;
    private final ByteBuffer pool;
    private final ByteBuffer ones;

    /**
     * @param deviation standard deviation of the values
     * @param poolSize how many different values at most; fewer are faster to make
     */
    RandomWeights(StoredType type, double deviation, long poolSize, long seed) {
        this.type = type;
        this.random = new Random(seed);
        int values = (int) Math.min(poolSize, LARGEST_POOL);
        this.pool = buffer(values);
        this.ones = buffer(1 << 14);
        for (int index = 0; index < values; index++) {
            put(pool, index, (float) (random.nextGaussian() * deviation));
        }
        for (int index = 0; index < 1 << 14; index++) {
            put(ones, index, 1);
        }
    }

    /**
     * Writes all tensors: one file {@code model.safetensors}, or shards and an index where they exceed a shard. Weights
     * that were there before are deleted.
     *
     * @return bytes of all tensors
     */
    long write(Path directory, List<PlannedTensor> tensors, long shardBytes) throws IOException {
        deleteWeights(directory);
        List<List<PlannedTensor>> shards = shards(tensors, shardBytes);
        if (shards.size() == 1) {
            return writeFile(directory.resolve("model.safetensors"), tensors);
        }
        long total = 0;
        TreeMap<String, String> weightMap = new TreeMap<>();
        for (int shard = 0; shard < shards.size(); shard++) {
            String name = "model-" + padded(shard + 1) + "-of-" + padded(shards.size()) + ".safetensors";
            shards.get(shard).forEach(tensor -> weightMap.put(tensor.name(), name));
            total += writeFile(directory.resolve(name), shards.get(shard));
        }
        ObjectNode index = Json.object();
        index.putObject("metadata").put("total_size", total);
        weightMap.forEach(index.putObject("weight_map")::put);
        Json.write(directory.resolve("model.safetensors.index.json"), index);
        return total;
    }

    private static void deleteWeights(Path directory) throws IOException {
        try (DirectoryStream<Path> old = Files.newDirectoryStream(directory, "model*.safetensors*")) {
            for (Path file : old) {
                Files.delete(file);
            }
        }
    }

    private List<List<PlannedTensor>> shards(List<PlannedTensor> tensors, long shardBytes) {
        List<List<PlannedTensor>> shards = new ArrayList<>();
        List<PlannedTensor> shard = new ArrayList<>();
        long used = 0;
        for (PlannedTensor tensor : tensors) {
            if (!shard.isEmpty() && used + bytes(tensor) > shardBytes) {
                shards.add(shard);
                shard = new ArrayList<>();
                used = 0;
            }
            shard.add(tensor);
            used += bytes(tensor);
        }
        shards.add(shard);
        return shards;
    }

    private long writeFile(Path file, List<PlannedTensor> tensors) throws IOException {
        ObjectNode header = Json.object();
        header.putObject("__metadata__").put("format", "pt");
        long end = 0;
        for (PlannedTensor tensor : tensors) {
            ObjectNode entry = header.putObject(tensor.name()).put("dtype", type.label());
            tensor.shape().forEach(entry.putArray("shape")::add);
            entry.putArray("data_offsets").add(end).add(end + bytes(tensor));
            end += bytes(tensor);
        }
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            writeFully(channel, headerBytes(Json.bytes(header)));
            for (PlannedTensor tensor : tensors) {
                fill(channel, tensor);
            }
        }
        return end;
    }

    /** Length, then the header with blanks up to a multiple of eight, so that the data are aligned. */
    private static ByteBuffer headerBytes(byte[] json) {
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return ByteBuffer.allocate(Long.BYTES + padded.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded.length)
                .put(padded)
                .flip();
    }

    private void fill(FileChannel channel, PlannedTensor tensor) throws IOException {
        ByteBuffer source = tensor.fill() == PlannedTensor.Fill.ONES ? ones : pool;
        int itemBytes = type.byteCount();
        for (long left = bytes(tensor); left > 0; ) {
            int length = (int) Math.min(left, Math.min(LARGEST_PIECE_BYTES, source.capacity()));
            int start = random.nextInt((source.capacity() - length) / itemBytes + 1) * itemBytes;
            writeFully(channel, source.slice(start, length));
            left -= length;
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private long bytes(PlannedTensor tensor) {
        return tensor.elementCount() * type.byteCount();
    }

    private ByteBuffer buffer(int values) {
        return ByteBuffer.allocateDirect(values * type.byteCount()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void put(ByteBuffer target, int index, float value) {
        switch (type) {
            case F32 -> target.putFloat(index * Float.BYTES, value);
            case BF16 -> target.putShort(index * Short.BYTES, toBfloat16(value));
            case F16 -> target.putShort(index * Short.BYTES, toFloat16(value));
            default -> throw new IllegalArgumentException("No random weights in " + type.label());
        }
    }

    /** To the nearest, ties to even; for finite values. */
    private static short toBfloat16(float value) {
        int bits = Float.floatToIntBits(value);
        return (short) ((bits + 0x7fff + ((bits >>> Short.SIZE) & 1)) >>> Short.SIZE);
    }

    /** To the nearest; for values below the largest float16. */
    private static short toFloat16(float value) {
        int sign = value < 0 ? 0x8000 : 0;
        float magnitude = Math.abs(value);
        int exponent = Math.max(Math.getExponent(magnitude), -14);
        int steps = Math.round(Math.scalb(magnitude, 10 - exponent));
        // Below 1024 steps the number is subnormal; 2048 steps carry into the exponent by themselves.
        int bits = steps < 1024 ? steps : ((exponent + 15) << 10) + steps - 1024;
        return (short) (sign | bits);
    }

    private static String padded(int number) {
        String digits = "0000" + number;
        return digits.substring(digits.length() - 5);
    }
}
