package io.github.glimpse.hub;

import java.io.IOException;
import java.time.Duration;
import javax.net.ssl.SSLHandshakeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The failures of one task so far; decides whether it is tried again, and waits until then. */
final class Attempts {

    private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

    private final String task;
    private final RetryPolicy policy;
    private int failuresInARow;
    private int failures;

    Attempts(String task, RetryPolicy policy) {
        this.task = task;
        this.policy = policy;
    }

    /** A part of a task that may fail and be tried again. */
    interface Step<T> {
        T run() throws IOException, InterruptedException;
    }

    /** Runs a step until it succeeds or is given up. */
    static <T> T of(String task, RetryPolicy policy, Step<T> step) throws IOException, InterruptedException {
        Attempts attempts = new Attempts(task, policy);
        while (true) {
            try {
                return step.run();
            } catch (IOException e) {
                attempts.pauseAfter(e, false);
            }
        }
    }

    /**
     * Waits before the next attempt.
     *
     * @param progressed whether anything had arrived before the failure
     * @throws IOException the failure, if trying again is senseless or was done often enough
     */
    void pauseAfter(IOException failure, boolean progressed) throws IOException, InterruptedException {
        failures++;
        failuresInARow = progressed ? 0 : failuresInARow + 1;
        if (!mayPass(failure) || failuresInARow >= policy.mostFailures() || failures >= policy.mostAttempts()) {
            throw failure;
        }
        Duration pause = pause(failure);
        LOG.warn("{}: {}; trying again in {} s", task, reason(failure), pause.toMillis() / 1000.0);
        Thread.sleep(pause.toMillis());
    }

    /** What went wrong, in one line. */
    static String reason(IOException failure) {
        String message = failure.getMessage();
        if (failure instanceof HubRefusal && message != null) {
            return message;
        }
        Throwable cause = failure.getCause();
        if (message == null && cause != null) {
            // An unknown host is a ConnectException that says nothing, but has a cause whose name says it.
            message = cause.getMessage() != null ? cause.getMessage() : rootName(cause);
        }
        return failure.getClass().getSimpleName() + (message == null ? "" : " (" + message + ")");
    }

    private static String rootName(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName();
    }

    private boolean mayPass(IOException failure) {
        if (failure instanceof HubRefusal refusal) {
            return refusal.mayPass() && refusal.retryAfter().compareTo(policy.longestRetryAfter()) <= 0;
        }
        // A certificate that is not trusted will not be trusted in a second either.
        return !(failure instanceof SSLHandshakeException);
    }

    private Duration pause(IOException failure) {
        int doublings = Math.min(Math.max(failuresInARow - 1, 0), 20);
        Duration pause = policy.firstPause().multipliedBy(1L << doublings);
        if (pause.compareTo(policy.longestPause()) > 0) {
            pause = policy.longestPause();
        }
        Duration asked = failure instanceof HubRefusal refusal ? refusal.retryAfter() : Duration.ZERO;
        return asked.compareTo(pause) > 0 ? asked : pause;
    }
}
