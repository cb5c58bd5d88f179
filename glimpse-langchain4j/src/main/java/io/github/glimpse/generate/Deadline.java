package io.github.glimpse.generate;

import io.github.glimpse.DeadlineExceededException;
import java.time.Duration;
import java.util.function.Supplier;

/** The end of a request's time, which began when it came. */
final class Deadline {

    private final Duration limit;
    private final long arrived = System.nanoTime();

    private Deadline(Duration limit) {
        this.limit = limit;
    }

    static Deadline in(Duration limit) {
        return new Deadline(limit);
    }

    /** Time since it began. */
    Duration passed() {
        return Duration.ofNanos(System.nanoTime() - arrived);
    }

    /**
     * Checks the time.
     *
     * @param advice what happened, and what to do
     * @throws DeadlineExceededException if it is over
     */
    void check(Supplier<String> advice) {
        if (passed().compareTo(limit) > 0) {
            throw new DeadlineExceededException("The request took longer than " + limit + "; " + advice.get()
                    + ", or raise glimpse.limits.timeout");
        }
    }
}
