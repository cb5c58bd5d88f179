package io.github.glimpse.eval;

import io.github.glimpse.generate.EngineOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Tells models apart, whatever they are called: by the files of model and module. Small ones are compared by content, so that a copy
 * elsewhere is the same model, large ones by size and time of change.
 */
final class ModelFingerprint {

    private static final long SMALL = 64L << 20;

    private ModelFingerprint() {}

    /**
     * The fingerprint.
     *
     * @throws EvaluationDataException if the files cannot be read
     */
    static String of(EngineOptions options) {
        try {
            return Fingerprint.of(
                    files(options.model()),
                    files(options.module()),
                    String.valueOf(options.family()),
                    options.load(),
                    options.pruning(),
                    options.profiles(),
                    options.generation(),
                    options.transparency());
        } catch (IOException e) {
            throw new EvaluationDataException("The files of the model cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<String> files(@Nullable Path folder) throws IOException {
        List<String> lines = new ArrayList<>();
        if (folder == null) {
            return lines;
        }
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = entries.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            long size = Files.size(file);
            String content = size <= SMALL
                    ? Long.toHexString(checksum(file))
                    : Files.getLastModifiedTime(file).toString();
            lines.add(file.getFileName() + " " + size + " " + content);
        }
        return lines;
    }

    private static long checksum(Path file) throws IOException {
        CRC32C sum = new CRC32C();
        try (InputStream bytes = new CheckedInputStream(Files.newInputStream(file), sum)) {
            bytes.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return sum.getValue();
    }
}
