package io.github.glimpse.hub;

import java.time.Duration;
import java.util.Optional;

/**
 * How far the download of one repository is.
 *
 * @param repository {@code owner/name}
 * @param file the file that is being fetched
 * @param fileBytes bytes of this file that are on disk, with those of an earlier, broken download
 * @param fileSizeBytes its size
 * @param bytes bytes of all files of this download so far, with those of an earlier one
 * @param totalBytes size of all files that are known to be needed; grows once, when the settings are there and name the
 *     weights
 * @param bytesPerSecond what arrived in the last 10 to 20 seconds; 0 at the start
 */
public record DownloadProgress(
        String repository,
        String file,
        long fileBytes,
        long fileSizeBytes,
        long bytes,
        long totalBytes,
        long bytesPerSecond) {

    /** Share of the bytes that is there, 0..1. */
    public double ratio() {
        return totalBytes == 0 ? 1 : (double) bytes / totalBytes;
    }

    /** How long the rest takes at the present speed; nothing as long as that is not known. */
    public Optional<Duration> remaining() {
        return bytesPerSecond == 0
                ? Optional.empty()
                : Optional.of(Duration.ofSeconds((totalBytes - bytes) / bytesPerSecond));
    }
}
