package io.github.glimpse.generate;

import java.time.Duration;

/**
 * How long the vision tower's results are remembered, so that a second question about a picture does not encode it again.
 *
 * @param maxBytes native memory for remembered results; 0 remembers nothing
 * @param timeToLive from the last use
 */
public record VisionCacheOptions(long maxBytes, Duration timeToLive) {

    /** Room for remembered results. */
    public static final long DEFAULT_MAX_BYTES = 512L << 20;

    /** Time from the last use. */
    public static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofMinutes(30);

    private static final Duration LONGEST = Duration.ofDays(365);

    /** Checks the numbers. */
    public VisionCacheOptions {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("The cache has " + maxBytes + " bytes, it must have at least 0");
        }
        if (timeToLive.isNegative() || timeToLive.isZero() || timeToLive.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "The cache keeps for " + timeToLive + ", it must be positive and at most " + LONGEST);
        }
    }

    /** Room for {@link #DEFAULT_MAX_BYTES}, for {@link #DEFAULT_TIME_TO_LIVE}. */
    public static VisionCacheOptions defaults() {
        return new VisionCacheOptions(DEFAULT_MAX_BYTES, DEFAULT_TIME_TO_LIVE);
    }

    /** Remembers nothing. */
    public static VisionCacheOptions off() {
        return new VisionCacheOptions(0, DEFAULT_TIME_TO_LIVE);
    }
}
