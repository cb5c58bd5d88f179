package io.github.glimpse.examples.verify;

import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TorchCheckpoint;
import io.github.glimpse.hub.ModuleFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/** Check sums of tensors as the library finds them, so that one number that is read otherwise has a name. */
final class Tensors {

    private static final int PIECE_BYTES = 1 << 24;

    private Tensors() {}

    /** Name and check sum of the stored bytes. */
    static Map<String, Long> ofModel(Path directory) throws IOException {
        return stored(SafetensorsIndex.of(directory));
    }

    /** The file that the library takes a module from. */
    static Path moduleFile(Path directory) {
        return ModuleFiles.ofDirectory(directory).weights();
    }

    /** Name and check sum: of the stored bytes in safetensors, of the values in float32 in the released form. */
    static Map<String, Long> ofModule(Path directory) throws IOException {
        ModuleFiles files = ModuleFiles.ofDirectory(directory);
        if (files.isSafetensors()) {
            return stored(SafetensorsIndex.of(List.of(files.weights())));
        }
        Map<String, Long> sums = new TreeMap<>();
        TorchCheckpoint.read(files.weights()).forEach((name, tensor) -> {
            ByteBuffer bytes =
                    ByteBuffer.allocate(tensor.values().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(tensor.values());
            CRC32 sum = new CRC32();
            sum.update(bytes);
            sums.put(name, sum.getValue());
        });
        return sums;
    }

    private static Map<String, Long> stored(Map<String, TensorEntry> entries) throws IOException {
        Map<String, Long> sums = new TreeMap<>();
        for (TensorEntry entry : entries.values()) {
            CRC32 sum = new CRC32();
            try (FileChannel file = FileChannel.open(entry.file(), StandardOpenOption.READ)) {
                for (long at = 0; at < entry.byteCount(); at += PIECE_BYTES) {
                    long length = Math.min(PIECE_BYTES, entry.byteCount() - at);
                    sum.update(file.map(FileChannel.MapMode.READ_ONLY, entry.offset() + at, length));
                }
            }
            sums.put(entry.name(), sum.getValue());
        }
        return sums;
    }
}
