package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DocumentThreadTest {

    private static final Duration LONG = Duration.ofMinutes(10);

    private final AtomicLong nanoTime = new AtomicLong();
    private final AtomicInteger abandoned = new AtomicInteger();

    private int work(DocumentThread thread, int page, Duration time) {
        return thread.run("page " + page, () -> {
            nanoTime.addAndGet(time.toNanos());
            return page;
        });
    }

    private DocumentThread thread(Duration timePerPiece, Duration timeInAll) {
        return new DocumentThread("slow.pdf", timePerPiece, timeInAll, abandoned::incrementAndGet, nanoTime::get);
    }

    /** Pages that take just less than the limit of a page. */
    @Test
    void aDocumentIsRefusedOnceAllOfItsWorkExceedsTheLimit() {
        DocumentThread thread = thread(LONG, LONG.multipliedBy(3));
        for (int page = 1; page <= 4; page++) {
            assertThat(work(thread, page, LONG.minusSeconds(1))).isEqualTo(page);
        }

        for (int page = 5; page <= 6; page++) {
            int refused = page;
            assertThatThrownBy(() -> work(thread, refused, Duration.ZERO))
                    .isInstanceOfSatisfying(InvalidDocumentException.class, e -> assertThat(e.reason())
                            .isEqualTo(Reason.TOO_SLOW))
                    .hasMessage(
                            "Page 5 of 'slow.pdf' is not read, as work on the document took longer than the limit of"
                                    + " PT30M in all; split the file, or raise timePerDocument");
        }
        assertThat(abandoned).hasValue(1);
    }

    @Test
    void timeWithoutWorkDoesNotCount() {
        DocumentThread thread = thread(LONG, LONG);
        for (int page = 1; page <= 3; page++) {
            assertThat(work(thread, page, Duration.ofSeconds(1))).isEqualTo(page);
            nanoTime.addAndGet(LONG.toNanos());
        }
    }

    @Test
    void workThatExceedsWhatIsLeftOfTheDocumentIsAbandoned() {
        DocumentThread thread = thread(LONG, LONG.plusMillis(20));
        assertThat(work(thread, 1, LONG)).isEqualTo(1);
        CountDownLatch never = new CountDownLatch(1);

        assertThatThrownBy(() -> thread.run("page 2", () -> {
                    never.await();
                    return 2;
                }))
                .hasMessageContaining("Page 2 of 'slow.pdf' is not read")
                .hasMessageContaining("raise timePerDocument");
        assertThat(abandoned).hasValue(1);
    }
}
