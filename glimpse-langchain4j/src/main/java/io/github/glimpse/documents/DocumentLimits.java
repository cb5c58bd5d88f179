package io.github.glimpse.documents;

import java.time.Duration;

/**
 * Limits of a document.
 *
 * @param maxBytes of a file
 * @param maxPages of a document
 * @param maxPixels of a rendered page, and of each image on it
 * @param maxCharacters of all text layers of a document; a page has {@value #MAX_PAGE_CHARACTERS} of them at most
 * @param timePerPage for opening a file, for rendering a page and for reading its words, each
 * @param timePerDocument for all work on a document; the time in which a document is open without work does not count
 * @param maxMemoryBytes heap of the process that reads a PDF file ({@link PdfIsolation#PROCESS}), at least 64 MB
 */
public record DocumentLimits(
        long maxBytes,
        int maxPages,
        long maxPixels,
        int maxCharacters,
        Duration timePerPage,
        Duration timePerDocument,
        long maxMemoryBytes) {

    /** Limit of the characters in the text layer of a page. */
    public static final int MAX_PAGE_CHARACTERS = 200_000;

    private static final long LEAST_MEMORY_BYTES = 64_000_000;
    private static final long DEFAULT_MEMORY_BYTES = 1_000_000_000;

    public DocumentLimits {
        if (maxBytes < 1 || maxPages < 1 || maxPixels < 1 || maxCharacters < 1) {
            throw new IllegalArgumentException("Limits of documents must be at least 1, not " + maxBytes + " bytes, "
                    + maxPages + " pages, " + maxPixels + " pixels, " + maxCharacters + " characters");
        }
        requirePositive("timePerPage", timePerPage);
        requirePositive("timePerDocument", timePerDocument);
        if (maxMemoryBytes < LEAST_MEMORY_BYTES) {
            throw new IllegalArgumentException(
                    "maxMemoryBytes must be at least " + LEAST_MEMORY_BYTES + ", not " + maxMemoryBytes);
        }
    }

    private static void requirePositive(String limit, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(limit + " must be above 0, not " + value);
        }
    }

    /** 100 MB, 2,000 pages, 50 megapixels, 4,000,000 characters, 20 seconds a page, 10 minutes, 1 GB of memory. */
    public static DocumentLimits defaults() {
        return new DocumentLimits(
                100_000_000,
                2_000,
                50_000_000,
                4_000_000,
                Duration.ofSeconds(20),
                Duration.ofMinutes(10),
                DEFAULT_MEMORY_BYTES);
    }

    int maxPageCharacters() {
        return Math.min(MAX_PAGE_CHARACTERS, maxCharacters);
    }

    /** The same limits with another number of pages. */
    public DocumentLimits withMaxPages(int pages) {
        return new DocumentLimits(
                maxBytes, pages, maxPixels, maxCharacters, timePerPage, timePerDocument, maxMemoryBytes);
    }

    /** The same limits with another number of pixels. */
    public DocumentLimits withMaxPixels(long pixels) {
        return new DocumentLimits(
                maxBytes, maxPages, pixels, maxCharacters, timePerPage, timePerDocument, maxMemoryBytes);
    }

    /** The same limits with another number of characters. */
    public DocumentLimits withMaxCharacters(int characters) {
        return new DocumentLimits(
                maxBytes, maxPages, maxPixels, characters, timePerPage, timePerDocument, maxMemoryBytes);
    }

    /** The same limits with another time for a page. */
    public DocumentLimits withTimePerPage(Duration time) {
        return new DocumentLimits(maxBytes, maxPages, maxPixels, maxCharacters, time, timePerDocument, maxMemoryBytes);
    }

    /** The same limits with another time for a document. */
    public DocumentLimits withTimePerDocument(Duration time) {
        return new DocumentLimits(maxBytes, maxPages, maxPixels, maxCharacters, timePerPage, time, maxMemoryBytes);
    }

    /** The same limits with another size of memory. */
    public DocumentLimits withMaxMemoryBytes(long bytes) {
        return new DocumentLimits(maxBytes, maxPages, maxPixels, maxCharacters, timePerPage, timePerDocument, bytes);
    }
}
