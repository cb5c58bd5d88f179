package io.github.glimpse.documents;

import java.time.Duration;

/**
 * What a document may cost.
 *
 * @param maxBytes of a file
 * @param maxPages of a document
 * @param maxPixels of a rendered page, and of each picture on it
 * @param maxCharacters of a page's text layer
 * @param timePerPage that opening a file, rendering a page and reading its text may each take
 * @param maxMemoryBytes heap of the process that reads a PDF file ({@link PdfIsolation#PROCESS}), at least 64 MB
 */
public record DocumentLimits(
        long maxBytes, int maxPages, long maxPixels, int maxCharacters, Duration timePerPage, long maxMemoryBytes) {

    private static final long LEAST_MEMORY_BYTES = 64_000_000;
    private static final long DEFAULT_MEMORY_BYTES = 1_000_000_000;

    public DocumentLimits {
        if (maxBytes < 1 || maxPages < 1 || maxPixels < 1 || maxCharacters < 1) {
            throw new IllegalArgumentException("Limits of documents must be at least 1, not " + maxBytes + " bytes, "
                    + maxPages + " pages, " + maxPixels + " pixels, " + maxCharacters + " characters");
        }
        if (timePerPage.isNegative() || timePerPage.isZero()) {
            throw new IllegalArgumentException("timePerPage must be above 0, not " + timePerPage);
        }
        if (maxMemoryBytes < LEAST_MEMORY_BYTES) {
            throw new IllegalArgumentException(
                    "maxMemoryBytes must be at least " + LEAST_MEMORY_BYTES + ", not " + maxMemoryBytes);
        }
    }

    /** 100 MB, 2,000 pages, 50 megapixels, 200,000 characters, 20 seconds, 1 GB of memory. */
    public static DocumentLimits defaults() {
        return new DocumentLimits(
                100_000_000, 2_000, 50_000_000, 200_000, Duration.ofSeconds(20), DEFAULT_MEMORY_BYTES);
    }

    /** The same with another number of pages. */
    public DocumentLimits withMaxPages(int pages) {
        return new DocumentLimits(maxBytes, pages, maxPixels, maxCharacters, timePerPage, maxMemoryBytes);
    }

    /** The same with another number of pixels. */
    public DocumentLimits withMaxPixels(long pixels) {
        return new DocumentLimits(maxBytes, maxPages, pixels, maxCharacters, timePerPage, maxMemoryBytes);
    }

    /** The same with another time. */
    public DocumentLimits withTimePerPage(Duration time) {
        return new DocumentLimits(maxBytes, maxPages, maxPixels, maxCharacters, time, maxMemoryBytes);
    }

    /** The same with another size of memory. */
    public DocumentLimits withMaxMemoryBytes(long bytes) {
        return new DocumentLimits(maxBytes, maxPages, maxPixels, maxCharacters, timePerPage, bytes);
    }
}
