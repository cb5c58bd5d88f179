package io.github.glimpse.prune;

import org.jspecify.annotations.Nullable;

/**
 * When {@link SelectionGuard} steps in. Unset values fall through like those of {@link PruningOptions}; with nothing set it is
 * off.
 *
 * @param enabled whether it acts; unset is false
 * @param widenBelow more tokens are kept if the confidence is below this, 0..1
 * @param skipBelow nothing is cut if it is still below this then, 0..1 and not above {@code widenBelow}
 */
public record GuardOptions(
        @Nullable Boolean enabled,
        @Nullable Double widenBelow,
        @Nullable Double skipBelow) {

    /** The floor for keeping more where nobody says one. */
    public static final double DEFAULT_WIDEN_BELOW = 0.5;

    /** The floor for skipping the cut where nobody says one. */
    public static final double DEFAULT_SKIP_BELOW = 0.25;

    /** Checks the ranges. */
    public GuardOptions {
        Ranges.ratio("guard.widen-below", widenBelow);
        Ranges.ratio("guard.skip-below", skipBelow);
    }

    /** Nothing set. */
    public static GuardOptions unset() {
        return new GuardOptions(null, null, null);
    }

    /** On, with the default floors. */
    public static GuardOptions on() {
        return new GuardOptions(true, null, null);
    }

    /** Off. */
    public static GuardOptions off() {
        return new GuardOptions(false, null, null);
    }

    /** These values where set, else {@code fallback}'s. */
    public GuardOptions orElse(GuardOptions fallback) {
        return new GuardOptions(
                enabled != null ? enabled : fallback.enabled,
                widenBelow != null ? widenBelow : fallback.widenBelow,
                skipBelow != null ? skipBelow : fallback.skipBelow);
    }

    /** Whether it acts. */
    public boolean isOn() {
        return Boolean.TRUE.equals(enabled);
    }

    /** The floor for keeping more. */
    public double widenFloor() {
        return widenBelow != null ? widenBelow : DEFAULT_WIDEN_BELOW;
    }

    /** The floor for skipping the cut; not said, it is never above the other one. */
    public double skipFloor() {
        return skipBelow != null ? skipBelow : Math.min(DEFAULT_SKIP_BELOW, widenFloor());
    }

    /**
     * Checks the floors against each other, when all who may set one have spoken.
     *
     * @throws IllegalArgumentException if the one for skipping is above the one for widening
     */
    public void checkFloors() {
        if (skipFloor() > widenFloor()) {
            throw new IllegalArgumentException("guard.skip-below is " + skipFloor() + ", it must not be above"
                    + " guard.widen-below, which is " + widenFloor() + ": a cut is widened before it is skipped");
        }
    }
}
