package io.github.glimpse.prune;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The numbers that bound how many tokens stay. Whoever may say some of them (a request, a step, a profile, a module) has such
 * a record; null is "not said", and {@link #orElse} asks the next.
 *
 * @param retentionRatio kept / image tokens before any step, for strategies that keep a given number
 * @param threshold probability above which a token stays, 0..1
 * @param maxRetentionRatio cap on kept / tokens: of all image tokens for a {@code retentionRatio}, else of those alive at the step;
 *     1 is no cap
 * @param minTokens floor; 0 is none
 * @param anchors corners that always stay
 */
public record TokenBounds(
        @Nullable Double retentionRatio,
        @Nullable Double threshold,
        @Nullable Double maxRetentionRatio,
        @Nullable Integer minTokens,
        @Nullable Set<Anchor> anchors) {

    private static final TokenBounds UNSET = new TokenBounds(null, null, null, null, null);

    /** Copies the anchors, in the order of {@link Anchor}. */
    public TokenBounds {
        anchors = anchors == null ? null : Collections.unmodifiableSet(new TreeSet<>(anchors));
    }

    /** Nothing is said. */
    public static TokenBounds unset() {
        return UNSET;
    }

    /** These numbers where they are said, else {@code fallback}'s. */
    public TokenBounds orElse(TokenBounds fallback) {
        return new TokenBounds(
                retentionRatio != null ? retentionRatio : fallback.retentionRatio,
                threshold != null ? threshold : fallback.threshold,
                maxRetentionRatio != null ? maxRetentionRatio : fallback.maxRetentionRatio,
                minTokens != null ? minTokens : fallback.minTokens,
                anchors != null ? anchors : fallback.anchors);
    }

    /** What tells these numbers from others, behind the name of a strategy; empty if nothing is said. A floor of one token is none. */
    public String label() {
        return said(" ", retentionRatio)
                + said(", above ", threshold)
                + said(", at most ", maxRetentionRatio)
                + said(", at least ", minTokens != null && minTokens > 1 ? minTokens : null)
                + said(", with ", anchors == null || anchors.isEmpty() ? null : anchors);
    }

    private static String said(String before, @Nullable Object number) {
        return number == null ? "" : before + number;
    }

    /** With another share. */
    public TokenBounds withRetentionRatio(@Nullable Double value) {
        return new TokenBounds(value, threshold, maxRetentionRatio, minTokens, anchors);
    }

    /** With another threshold. */
    public TokenBounds withThreshold(@Nullable Double value) {
        return new TokenBounds(retentionRatio, value, maxRetentionRatio, minTokens, anchors);
    }

    /** With another cap. */
    public TokenBounds withMaxRetentionRatio(@Nullable Double value) {
        return new TokenBounds(retentionRatio, threshold, value, minTokens, anchors);
    }

    /** With another floor. */
    public TokenBounds withMinTokens(@Nullable Integer value) {
        return new TokenBounds(retentionRatio, threshold, maxRetentionRatio, value, anchors);
    }

    /** With other anchors. */
    public TokenBounds withAnchors(@Nullable Set<Anchor> value) {
        return new TokenBounds(retentionRatio, threshold, maxRetentionRatio, minTokens, value);
    }

    /** The wanted share as far as the cap allows it, null if none is wanted. */
    public @Nullable Double share() {
        return retentionRatio == null || maxRetentionRatio == null
                ? retentionRatio
                : Double.valueOf(Math.min(retentionRatio, maxRetentionRatio));
    }

    /**
     * These numbers, if they are such as a user may say. A module's cap may be 0 or above 1.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    TokenBounds checked() {
        Ranges.positiveRatio("retention-ratio", retentionRatio, "1 keeps every token");
        Ranges.ratio("threshold", threshold);
        Ranges.positiveRatio("max-retention-ratio", maxRetentionRatio);
        Ranges.notNegative("min-tokens", minTokens);
        return this;
    }
}
