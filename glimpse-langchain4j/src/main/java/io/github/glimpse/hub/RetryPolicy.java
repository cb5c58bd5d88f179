package io.github.glimpse.hub;

import java.time.Duration;

/**
 * How long to wait for the hub, and how often to try again.
 *
 * @param mostFailures attempts in a row that may fail without a byte having arrived, before it is given up
 * @param mostAttempts attempts on one file in all
 * @param firstPause wait after the first failure; doubles with each further one
 * @param longestPause upper end of that
 * @param longestRetryAfter longest wait that a server may ask for; if it asks for more, it is given up at once
 * @param connect how long making a connection may take
 * @param answer how long the first line of an answer may take
 * @param stall how long less than {@link #slowestBytesPerSecond} may arrive before the connection counts as broken
 * @param slowestBytesPerSecond see {@link #stall}
 */
record RetryPolicy(
        int mostFailures,
        int mostAttempts,
        Duration firstPause,
        Duration longestPause,
        Duration longestRetryAfter,
        Duration connect,
        Duration answer,
        Duration stall,
        long slowestBytesPerSecond) {

    static final RetryPolicy DEFAULT = new RetryPolicy(
            5,
            100,
            Duration.ofMillis(500),
            Duration.ofSeconds(10),
            Duration.ofMinutes(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            1024);

    /** The same, but the first failure is the last: for a question that the cache can answer too. */
    RetryPolicy once() {
        return new RetryPolicy(
                1, 1, firstPause, longestPause, longestRetryAfter, connect, answer, stall, slowestBytesPerSecond);
    }
}
