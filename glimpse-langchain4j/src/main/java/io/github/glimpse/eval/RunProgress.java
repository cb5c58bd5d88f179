package io.github.glimpse.eval;

import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes how far a run is to the log, with the time left: the first answer, the last one, and every ten seconds. */
final class RunProgress {

    private static final Logger LOG = LoggerFactory.getLogger(RunProgress.class);
    private static final long INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

    private final String name;
    private final long total;
    private final long start = System.nanoTime();
    private long asked;
    private long found;
    private long last = start - INTERVAL_NANOS;

    RunProgress(String name, long total) {
        this.name = name;
        this.total = total;
    }

    /** One more answer. */
    synchronized void asked() {
        asked++;
        long now = System.nanoTime();
        if (now - last >= INTERVAL_NANOS || asked + found == total) {
            last = now;
            LOG.info(line(Duration.ofNanos(now - start)));
        }
    }

    /** One more answer of an earlier run. */
    synchronized void found() {
        found++;
    }

    private String line(Duration spent) {
        double perSecond = asked / Math.max(1e-9, spent.toNanos() / 1e9);
        Duration left = Duration.ofSeconds(Math.round((total - asked - found) / perSecond));
        return String.format(
                Locale.ROOT,
                "%s: answer %d of %d%s, %.2f answers/s, %d:%02d:%02d left",
                name,
                asked + found,
                total,
                found == 0 ? "" : " (" + found + " of an earlier run)",
                perSecond,
                left.toHours(),
                left.toMinutesPart(),
                left.toSecondsPart());
    }
}
