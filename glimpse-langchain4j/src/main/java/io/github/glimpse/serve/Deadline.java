package io.github.glimpse.serve;

import io.github.glimpse.DeadlineExceededException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** The end of a request's time, which began when it came, and what the time went to. Safe for concurrent use. */
public final class Deadline {

    /** What a request's time goes to, and what helps if it is too much. */
    enum Phase {
        /** Takes the pictures' bytes out of the request; what helps, the engine knows. */
        READING("reading the request", ""),
        /** Pictures by URL. */
        FETCHING("fetching pictures by URL", "take hosts that answer faster, or send the pictures' bytes"),
        /** Frames of video files. */
        DECODING(
                "decoding a video file",
                "send a shorter file or frames of it, take fewer frames of a second (glimpse.video.frames-per-second), or take"
                        + " another decoder"),
        /** All places are taken. */
        WAITING(
                "waiting for a free place",
                "try again later, send fewer requests at once or raise glimpse.serving.max-running"),
        /** The model is not there yet. */
        LOADING("waiting for the model, which is still loading", "try again later"),
        /** Whatever the engine does; what helps, it knows. */
        WORKING("in the model", ""),
        /** Somebody else's code, which the engine has called. */
        LISTENING(
                "waiting for a listener or a stream's handler",
                "let it return at once, and do what takes time on a thread of its own");

        private final String what;
        private final String advice;

        Phase(String what, String advice) {
            this.what = what;
            this.advice = advice;
        }
    }

    private final Duration limit;
    private final String advice;
    private final long arrived = System.nanoTime();
    private final Map<Phase, Long> spent = new EnumMap<>(Phase.class);
    private Phase phase = Phase.READING;
    private long entered = arrived;

    private Deadline(Duration limit, String advice) {
        this.limit = limit;
        this.advice = advice;
    }

    /**
     * Begins now.
     *
     * @param advice what a request does whose time went to reading it and to the model
     */
    public static Deadline in(Duration limit, String advice) {
        return new Deadline(limit, advice);
    }

    /**
     * Begins now, and goes to waiting for a model that is still loading.
     *
     * @param advice what a request does whose time went to the model
     */
    public static Deadline whileLoading(Duration limit, String advice) {
        Deadline deadline = in(limit, advice);
        deadline.enter(Phase.LOADING);
        return deadline;
    }

    Duration limit() {
        return limit;
    }

    /** Time since it began. */
    public Duration passed() {
        return Duration.ofNanos(System.nanoTime() - arrived);
    }

    /** Time until it ends, zero or less if it has. */
    Duration left() {
        return limit.minus(passed());
    }

    /** Time that went to some of it, the time up to the last change. */
    synchronized Duration spent(Phase... phases) {
        long sum = 0;
        for (Phase each : phases) {
            sum += spent.getOrDefault(each, 0L);
        }
        return Duration.ofNanos(sum);
    }

    /**
     * From now on the time goes to this.
     *
     * @return what it went to
     */
    synchronized Phase enter(Phase next) {
        long now = System.nanoTime();
        spent.merge(phase, now - entered, Long::sum);
        entered = now;
        Phase before = phase;
        phase = next;
        return before;
    }

    /**
     * Checks the time.
     *
     * @throws DeadlineExceededException if it is over, with what most of it went to and what to do
     */
    public void check() {
        if (left().isNegative()) {
            throw exceeded();
        }
    }

    /** Tells that the time is over. */
    synchronized DeadlineExceededException exceeded() {
        enter(phase);
        Phase most = phase;
        for (Phase each : spent.keySet()) {
            most = spent(each).compareTo(spent(most)) > 0 ? each : most;
        }
        return new DeadlineExceededException(
                "The request took longer than " + limit + ", " + spent(most).toMillis() + " ms of it " + most.what
                        + "; " + (most.advice.isEmpty() ? advice : most.advice) + ", or raise glimpse.limits.timeout");
    }
}
