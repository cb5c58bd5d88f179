package io.github.glimpse.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the progress to the log: the first and the last step, and between them one line per interval. */
public final class ProgressLog implements TrainingListener {

    private static final Logger LOG = LoggerFactory.getLogger(ProgressLog.class);

    private final long intervalNanos;
    private long last;
    private boolean first = true;

    private ProgressLog(Duration interval) {
        this.intervalNanos = interval.toNanos();
    }

    /** One line per interval at most. */
    public static ProgressLog every(Duration interval) {
        return new ProgressLog(interval);
    }

    @Override
    public void onStart(long step, long steps) {
        LOG.info("Training {} steps{}", steps, step == 0 ? "" : ", going on after step " + step);
    }

    @Override
    public void onStep(TrainingProgress progress) {
        long now = System.nanoTime();
        if (first || progress.step() == progress.steps() || now - last >= intervalNanos) {
            first = false;
            last = now;
            LOG.info(line(progress));
        }
    }

    @Override
    public void onCheckpoint(long step, Path file) {
        LOG.info("Step {} is kept in {}", step, file.getFileName());
    }

    private static String line(TrainingProgress progress) {
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "step %d of %d, loss %.4f, rate %.3g, %.2f steps/s, %s left",
                progress.step(),
                progress.steps(),
                progress.loss(),
                progress.rate(),
                progress.stepsPerSecond(),
                readable(progress.remaining())));
        progress.figures().forEach((name, value) -> line.append(String.format(Locale.ROOT, ", %s %.4f", name, value)));
        return line.toString();
    }

    private static String readable(Duration duration) {
        return String.format(
                Locale.ROOT, "%d:%02d:%02d", duration.toHours(), duration.toMinutesPart(), duration.toSecondsPart());
    }
}
