package io.github.glimpse.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.documents.IndexedPage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IndexProgressTest {

    @Test
    void printsTheCountAtMostEveryFiveSeconds() {
        StringWriter out = new StringWriter();
        AtomicLong now = new AtomicLong(-1);
        IndexProgress progress = new IndexProgress(new PrintWriter(out), now::get);

        for (int page = 1; page <= 6; page++) {
            now.addAndGet(Duration.ofSeconds(2).toNanos());
            progress.accept(new IndexedPage("a.pdf", "", page, null, List.of(), "", List.of(), null));
        }

        assertThat(out.toString().lines())
                .containsExactly(
                        "Indexing  3 pages until now, the last one of a.pdf",
                        "Indexing  6 pages until now, the last one of a.pdf");
        assertThat(progress.pages()).isEqualTo(6);
    }
}
