package io.github.glimpse.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Resident memory of a process, as Linux counts it. */
public final class ResidentMemory {

    private ResidentMemory() {}

    /** Kilobytes of this process, 0 where there is no {@code /proc}. */
    public static long kilobytes() throws IOException {
        return kilobytes(ProcessHandle.current().pid());
    }

    /** Kilobytes of a process by its id, 0 where there is no {@code /proc}. */
    public static long kilobytes(long pid) throws IOException {
        Path status = Path.of("/proc", String.valueOf(pid), "status");
        return !Files.exists(status)
                ? 0
                : Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmRSS"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElse(0);
    }
}
