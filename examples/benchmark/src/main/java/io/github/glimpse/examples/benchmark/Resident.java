package io.github.glimpse.examples.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Resident memory of this process, as Linux counts it. */
final class Resident {

    private static final Path STATUS = Path.of("/proc/self/status");

    private Resident() {}

    /** Bytes, NaN where the system does not tell. */
    static double bytes() throws IOException {
        return bytes("VmRSS");
    }

    /** Bytes that are no file's, NaN where the system does not tell. */
    static double anonymousBytes() throws IOException {
        return bytes("RssAnon");
    }

    /** Bytes of files that are mapped, NaN where the system does not tell. */
    static double fileBytes() throws IOException {
        return bytes("RssFile");
    }

    private static double bytes(String key) throws IOException {
        if (!Files.exists(STATUS)) {
            return Double.NaN;
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(key))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(Double.NaN);
    }
}
