package io.github.glimpse.hub;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the bytes of one download; tells the listener a few times a second and the log every ten seconds. For one thread.
 */
final class ProgressMeter {

    private static final Logger LOG = LoggerFactory.getLogger(ProgressMeter.class);
    private static final long TELL_EVERY = Duration.ofMillis(200).toNanos();
    private static final long LOG_EVERY = Duration.ofSeconds(10).toNanos();

    private final String repository;
    private final DownloadListener listener;
    private final LongSupplier nanos;

    private long totalBytes;
    private long finishedBytes;
    private String file = "";
    private long fileSize;
    private long fileBytes;

    private final long start;
    private long receivedBytes;
    private long lastReported;
    private long windowStart;
    private long windowReceived;
    private long previousStart;
    private long previousReceived;

    ProgressMeter(String repository, DownloadListener listener, LongSupplier nanos) {
        this.repository = repository;
        this.listener = listener;
        this.nanos = nanos;
        this.start = nanos.getAsLong();
        this.lastReported = start;
        this.windowStart = start;
        this.previousStart = start;
    }

    /** Adds files that are needed too. */
    void expect(long bytes) {
        totalBytes += bytes;
    }

    void begin(String name, long size) {
        file = name;
        fileSize = size;
        fileBytes = 0;
    }

    /** Bytes of the file that are there already. */
    void present(long bytes) {
        fileBytes = bytes;
    }

    /** The file starts anew. */
    void restart() {
        fileBytes = 0;
    }

    void received(long bytes) {
        fileBytes += bytes;
        receivedBytes += bytes;
        long now = nanos.getAsLong();
        if (now - lastReported >= TELL_EVERY) {
            lastReported = now;
            listener.onProgress(progress(now));
        }
        if (now - windowStart >= LOG_EVERY) {
            LOG.info("{}", line(progress(now)));
            previousStart = windowStart;
            previousReceived = windowReceived;
            windowStart = now;
            windowReceived = receivedBytes;
        }
    }

    /** The file is complete, whoever fetched it. */
    void end() {
        fileBytes = fileSize;
        listener.onProgress(progress(nanos.getAsLong()));
        finishedBytes += fileSize;
        begin("", 0);
    }

    /** What was received and how fast, for the last line. */
    String summary() {
        double seconds = (nanos.getAsLong() - start) / 1e9;
        return String.format(
                Locale.ROOT,
                "%s in %s (%s/s)",
                bytes(receivedBytes),
                duration(Duration.ofMillis(Math.round(seconds * 1000))),
                bytes(seconds > 0 ? Math.round(receivedBytes / seconds) : 0));
    }

    /** Such as {@code owner/name: 43 % (3.2 of 7.5 GB), 85.1 MB/s, 50 s left}. */
    static String line(DownloadProgress progress) {
        String left = progress.remaining()
                .map(rest -> ", " + duration(rest) + " left")
                .orElse("");
        return String.format(
                Locale.ROOT,
                "%s: %d %% (%s of %s), %s/s%s",
                progress.repository(),
                (long) Math.floor(progress.ratio() * 100),
                bytes(progress.bytes()),
                bytes(progress.totalBytes()),
                bytes(progress.bytesPerSecond()),
                left);
    }

    /** A number of bytes in decimal units, as the hub's own pages have it. */
    static String bytes(long count) {
        if (count < 1_000) {
            return count + " B";
        }
        double value = count;
        String unit = "B";
        for (String next : new String[] {"kB", "MB", "GB", "TB"}) {
            if (value < 999.95) {
                break;
            }
            value /= 1_000;
            unit = next;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, unit);
    }

    private static String duration(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 100) {
            return seconds + " s";
        }
        return seconds < 6_000 ? seconds / 60 + " min" : seconds / 3_600 + " h " + seconds / 60 % 60 + " min";
    }

    private DownloadProgress progress(long now) {
        double seconds = (now - previousStart) / 1e9;
        long rate = seconds > 0 ? Math.round((receivedBytes - previousReceived) / seconds) : 0;
        return new DownloadProgress(repository, file, fileBytes, fileSize, finishedBytes + fileBytes, totalBytes, rate);
    }
}
