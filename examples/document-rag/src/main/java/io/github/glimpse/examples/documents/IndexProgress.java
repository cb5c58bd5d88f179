package io.github.glimpse.examples.documents;

import io.github.glimpse.documents.IndexedPage;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Progress of an indexing run: counts pages and prints the count at most every five seconds. */
final class IndexProgress implements Consumer<IndexedPage> {

    private static final long INTERVAL_NANOS = Duration.ofSeconds(5).toNanos();

    private final PrintWriter console;
    private final LongSupplier nanoTime;
    private long last;
    private int pages;

    IndexProgress(PrintWriter console, LongSupplier nanoTime) {
        this.console = console;
        this.nanoTime = nanoTime;
        this.last = nanoTime.getAsLong();
    }

    @Override
    public void accept(IndexedPage page) {
        pages++;
        long now = nanoTime.getAsLong();
        if (now - last >= INTERVAL_NANOS) {
            last = now;
            console.println("Indexing  " + pages + " pages until now, the last one of " + page.document());
            console.flush();
        }
    }

    /** Pages that were indexed in this run. */
    int pages() {
        return pages;
    }
}
