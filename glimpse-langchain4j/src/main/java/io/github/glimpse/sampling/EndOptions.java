package io.github.glimpse.sampling;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules for the end of an answer besides its stop texts. Unset values fall through.
 *
 * @param stopTokenIds further ids that end the answer and are not part of its text; null is unset
 * @param ignoreEos whether no end-of-turn token is chosen, so that the answer goes on to a stop text or the limit; null is unset
 * @param includeStop whether a stop text that ended the answer is part of it; null is unset
 */
public record EndOptions(
        @Nullable List<Integer> stopTokenIds,
        @Nullable Boolean ignoreEos,
        @Nullable Boolean includeStop) {

    /** Nothing set. */
    public static final EndOptions NONE = new EndOptions(null, null, null);

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if an id is negative
     */
    public EndOptions {
        stopTokenIds = stopTokenIds == null ? null : List.copyOf(stopTokenIds);
        if (stopTokenIds != null && stopTokenIds.stream().anyMatch(id -> id < 0)) {
            throw new IllegalArgumentException("stop-token-ids has a negative id; ids are at least 0");
        }
    }

    /** These options where set, else {@code fallback}'s. */
    public EndOptions orElse(EndOptions fallback) {
        return new EndOptions(
                stopTokenIds == null ? fallback.stopTokenIds : stopTokenIds,
                ignoreEos == null ? fallback.ignoreEos : ignoreEos,
                includeStop == null ? fallback.includeStop : includeStop);
    }
}
