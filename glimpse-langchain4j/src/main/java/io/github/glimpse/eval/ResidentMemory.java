package io.github.glimpse.eval;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The peak of this process's resident memory, as Linux counts it. The peak of one answer alone can be had where the kernel lets a
 * process forget its peak ({@code clear_refs}, see proc(5)); else it is that since the start.
 */
final class ResidentMemory {

    private static final Logger LOG = LoggerFactory.getLogger(ResidentMemory.class);
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final String FORGET_PEAK = "5";
    private static final String PEAK = "VmHWM:";
    private static final long KIBIBYTE = 1024;

    private boolean forgets = Files.isWritable(CLEAR);

    /** Forgets the peak so far. */
    void restart() {
        if (forgets) {
            try {
                Files.writeString(CLEAR, FORGET_PEAK, StandardCharsets.US_ASCII);
            } catch (IOException e) {
                forgets = false;
                LOG.debug("The kernel keeps the peak of memory; peaks are those since the start", e);
            }
        }
    }

    /** Bytes; 0 where the system does not tell. */
    long peakBytes() {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        try {
            for (String line : Files.readAllLines(STATUS, StandardCharsets.US_ASCII)) {
                if (line.startsWith(PEAK)) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * KIBIBYTE;
                }
            }
        } catch (IOException e) {
            LOG.debug("The system does not tell the resident memory", e);
        }
        return 0;
    }
}
