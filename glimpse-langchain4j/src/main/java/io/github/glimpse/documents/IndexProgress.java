package io.github.glimpse.documents;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Progress of an index run in the log: a line at the start, one at the end, and at most one in {@value #SECONDS} s
 * between them. Not safe for concurrent use.
 */
final class IndexProgress {

    private static final Logger LOG = LoggerFactory.getLogger(DocumentIndexer.class);
    private static final int SECONDS = 10;

    private final int documentCount;
    private final Consumer<String> log;
    private final LongSupplier nanoTime;
    private int documents;
    private int pages;
    private long last;

    /**
     * Progress at INFO.
     *
     * @param documentCount that are not indexed yet
     */
    IndexProgress(int documentCount) {
        this(documentCount, LOG::info, System::nanoTime);
    }

    IndexProgress(int documentCount, Consumer<String> log, LongSupplier nanoTime) {
        this.documentCount = documentCount;
        this.log = log;
        this.nanoTime = nanoTime;
        last = nanoTime.getAsLong();
    }

    /** Of a document whose caller counts itself. */
    static IndexProgress none() {
        return new IndexProgress(0, line -> {}, () -> 0);
    }

    /** Starts the run. */
    void start(int indexedCount) {
        if (documentCount > 0) {
            log.accept("Indexing " + documentCount + " documents; " + indexedCount + " are indexed already");
        }
    }

    /** Counts a page. */
    void page() {
        pages++;
        long now = nanoTime.getAsLong();
        if (now - last >= Duration.ofSeconds(SECONDS).toNanos()) {
            last = now;
            write();
        }
    }

    /** Counts a document. */
    void document() {
        documents++;
        if (documents == documentCount) {
            write();
        }
    }

    private void write() {
        log.accept("Indexed " + documents + " of " + documentCount + " documents, " + pages + " pages");
    }
}
