package io.github.glimpse.documents;

import java.util.Collection;
import java.util.HashSet;

/**
 * Estimate of the heap that the rows of an index take, against a share of the maximum heap. Not safe for concurrent
 * use.
 */
final class IndexHeap {

    /** Objects of a word: its record, box, text and slot in a list. */
    private static final int WORD_BYTES = 128;

    /** Entry of a term in the text index, between that of a frequent and that of a rare one. */
    private static final int TERM_BYTES = 160;

    private static final int VECTOR_BYTES = 80;
    private static final int PAGE_BYTES = 256;

    private static final int INDEX_PERCENT = 60;
    private static final int DOCUMENT_PERCENT = 25;

    private final long maxHeapBytes;
    private long bytes;

    IndexHeap() {
        maxHeapBytes = Runtime.getRuntime().maxMemory();
    }

    /** Adds the rows of a document. */
    void add(Collection<IndexedPage> pages) {
        pages.forEach(page -> bytes += bytesOf(page));
    }

    /** Bytes that the rows of the next document may take. */
    long left() {
        return Math.min(maxHeapBytes / 100 * DOCUMENT_PERCENT, maxHeapBytes / 100 * INDEX_PERCENT - bytes);
    }

    static long bytesOf(IndexedPage page) {
        long sum = PAGE_BYTES + (long) Character.BYTES * page.read().length();
        for (PageWord word : page.words()) {
            sum += WORD_BYTES + (long) Character.BYTES * word.text().length();
        }
        for (IndexedPage.PageVector vector : page.vectors()) {
            sum += VECTOR_BYTES + (long) Float.BYTES * vector.vector().length;
        }
        return sum + (long) TERM_BYTES * new HashSet<>(TextIndex.terms(page.text())).size();
    }
}
