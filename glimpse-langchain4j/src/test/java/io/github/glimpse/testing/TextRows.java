package io.github.glimpse.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Map;

/**
 * Lets a random model answer in texts. Its vocabulary has more rows than the small tokenizer has pieces; rows that stand for nothing
 * printable become zeros, which are never the largest score.
 */
final class TextRows {

    private static final char BLANK = 'Ġ';

    private TextRows() {}

    /** Changes embedding and head of a folder of one file. */
    static void keep(Path folder) throws IOException {
        BitSet printable = printable(Json.read(folder.resolve("tokenizer.json")));
        try (FileChannel file = FileChannel.open(
                folder.resolve("model.safetensors"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            file.read(length, 0);
            ByteBuffer header = ByteBuffer.allocate(Math.toIntExact(length.getLong(0)));
            file.read(header, Long.BYTES);
            long data = Long.BYTES + length.getLong(0);
            for (Map.Entry<String, JsonNode> tensor :
                    new ObjectMapper().readTree(header.array()).properties()) {
                if (tensor.getKey().endsWith("embed_tokens.weight")
                        || tensor.getKey().endsWith("lm_head.weight")) {
                    blank(file, data, tensor.getValue(), printable);
                }
            }
        }
    }

    private static BitSet printable(JsonNode tokenizer) {
        BitSet ids = new BitSet();
        tokenizer.path("model").path("vocab").properties().forEach(piece -> {
            if (piece.getKey().chars().allMatch(c -> c == BLANK || (c > ' ' && c < 127))) {
                ids.set(piece.getValue().asInt());
            }
        });
        return ids;
    }

    private static void blank(FileChannel file, long data, JsonNode tensor, BitSet printable) throws IOException {
        int rows = tensor.path("shape").path(0).asInt();
        long start = data + tensor.path("data_offsets").path(0).asLong();
        int bytes = Math.toIntExact((data + tensor.path("data_offsets").path(1).asLong() - start) / rows);
        for (int row = 0; row < rows; row++) {
            if (!printable.get(row)) {
                file.write(ByteBuffer.allocate(bytes), start + (long) row * bytes);
            }
        }
    }
}
