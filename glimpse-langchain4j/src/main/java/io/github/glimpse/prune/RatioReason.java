package io.github.glimpse.prune;

import java.util.Locale;

/** What settled how many tokens stayed. */
public enum RatioReason {
    /** A probability had to exceed the threshold. */
    THRESHOLD,
    /** More wanted to stay than the cap, or the upper bound, allows. */
    CAP,
    /** Fewer wanted to stay than the floor, or the lower bound, demands. */
    FLOOR,
    /** Every dropped token has a kept one near enough. */
    DISTANCE,
    /** The kept tokens hold enough of the attention. */
    MASS,
    /** The wanted number. */
    COUNT;

    /** The name in reports: lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
