package io.github.glimpse.prune;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@link SelectionGuard} did at a step, and why.
 *
 * @param action what it did
 * @param message why, with the numbers and the next step; null if it had nothing to do
 * @param confidence the confidence that made it act, null if it had nothing to do
 * @param keptBefore tokens that the strategy wanted to keep
 * @param keptAfter tokens that stayed
 */
public record GuardReport(
        Action action, @Nullable String message, @Nullable Double confidence, int keptBefore, int keptAfter) {

    /** What it did; later ones are graver. */
    public enum Action {
        /** Nothing: the confidence is high enough, or there is none, or the guard is off. */
        NONE,
        /** More tokens were kept. */
        WIDENED,
        /** It could do nothing, or not enough: a cap forbids it, or there is nothing more worth keeping. */
        REPORTED,
        /** All tokens were kept. */
        SKIPPED;

        /** The name in meters: lower case. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** There was nothing to do. */
    public static GuardReport none(int kept) {
        return new GuardReport(Action.NONE, null, null, kept, kept);
    }
}
