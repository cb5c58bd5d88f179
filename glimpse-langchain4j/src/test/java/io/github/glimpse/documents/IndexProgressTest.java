package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IndexProgressTest {

    private final List<String> lines = new ArrayList<>();
    private final AtomicLong nanoTime = new AtomicLong();

    @Test
    void aRunLogsItsStartItsEndAndALineInTenSeconds() {
        IndexProgress progress = new IndexProgress(2, lines::add, nanoTime::get);
        progress.start(5);
        for (int page = 0; page < 30; page++) {
            nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
            progress.page();
        }
        progress.document();
        progress.page();
        progress.document();

        assertThat(lines)
                .containsExactly(
                        "Indexing 2 documents; 5 are indexed already",
                        "Indexed 0 of 2 documents, 10 pages",
                        "Indexed 0 of 2 documents, 20 pages",
                        "Indexed 0 of 2 documents, 30 pages",
                        "Indexed 2 of 2 documents, 31 pages");
    }

    @Test
    void aRunWithoutNewDocumentsLogsNothing() {
        IndexProgress progress = new IndexProgress(0, lines::add, nanoTime::get);
        progress.start(5);

        assertThat(lines).isEmpty();
    }
}
