package io.github.glimpse.testing;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.TensorEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;

/**
 * Lets a random model answer in texts. Its vocabulary has more rows than the small tokenizer has pieces; rows that stand for nothing
 * printable become zeros, which are never the largest score.
 */
final class TextRows {

    private static final char BLANK = 'Ġ';

    private TextRows() {}

    /** Changes embedding and head of a folder, in one file or in shards. */
    static void keep(Path folder) throws IOException {
        BitSet printable = printable(Json.read(folder.resolve("tokenizer.json")));
        for (TensorEntry tensor : SafetensorsIndex.of(folder).values()) {
            if (tensor.name().endsWith("embed_tokens.weight") || tensor.name().endsWith("lm_head.weight")) {
                blank(tensor, printable);
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

    private static void blank(TensorEntry tensor, BitSet printable) throws IOException {
        int rows = Math.toIntExact(tensor.shape()[0]);
        int rowBytes = Math.toIntExact(tensor.byteCount() / rows);
        try (FileChannel file = FileChannel.open(tensor.file(), StandardOpenOption.WRITE)) {
            for (int row = 0; row < rows; row++) {
                if (!printable.get(row)) {
                    file.write(ByteBuffer.allocate(rowBytes), tensor.offset() + (long) row * rowBytes);
                }
            }
        }
    }
}
