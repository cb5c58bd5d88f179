package io.github.glimpse.hub;

/**
 * Range of a number in a settings file, both ends included. Models compute in float32 at most, so every range is one of
 * numbers that stay finite and apart from zero there.
 *
 * @param least smallest number that is read
 * @param most largest number that is read
 */
public record NumberRange(double least, double most) {

    /** Epsilon of a normalization layer; released models have 1e-12 to 1e-5. */
    public static final NumberRange EPSILON = new NumberRange(1e-30, 0.1);

    /** Base of rotary frequencies; released models have 1e4 to 1e9. */
    public static final NumberRange ROPE_BASE = new NumberRange(1, 1e15);

    /** Frames or positions of a second of video. */
    public static final NumberRange RATE = new NumberRange(1e-6, 1e6);

    /** Share of a whole. */
    public static final NumberRange SHARE = new NumberRange(0, 1);

    /** Whether a number is in the range; NaN is not. */
    public boolean contains(double number) {
        return number >= least && number <= most;
    }

    @Override
    public String toString() {
        return "a number from " + text(least) + " to " + text(most);
    }

    private static String text(double end) {
        return end == Math.rint(end) && Math.abs(end) < 1e7 ? String.valueOf((long) end) : String.valueOf(end);
    }
}
