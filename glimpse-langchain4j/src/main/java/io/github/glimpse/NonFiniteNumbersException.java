package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * A model computed what is no number: NaN, or an infinity where a number has to be. Its weights are damaged, or the type that it
 * computes in is too narrow for them. The operator has to act; the same request would end the same way.
 */
public final class NonFiniteNumbersException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    private static final String DAMAGED = "the weights of the model or of the glimpse module are damaged;"
            + " fetch their files again and compare the checksums";

    private final String finding;

    /**
     * Makes the error of a place that does not know the compute type.
     *
     * @param finding what is no number, and where; without a full stop
     */
    public NonFiniteNumbersException(String finding) {
        this(
                finding,
                finding + "; the weights are damaged, or the compute type overflows (try glimpse.dtype=float32)",
                null);
    }

    private NonFiniteNumbersException(String finding, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.finding = finding;
    }

    /**
     * Refuses values that are not all finite.
     *
     * @param what begins the message, as in "A vector"
     */
    public static void requireFinite(String what, float... values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new NonFiniteNumbersException(what + " has the value " + value);
            }
        }
    }

    /** The same with more about the place. */
    public NonFiniteNumbersException at(String place) {
        return new NonFiniteNumbersException(finding + ", " + place);
    }

    /**
     * The same with the remedy for the type that the model computes in.
     *
     * @param computeType {@code float16}, {@code bfloat16} or {@code float32}
     */
    public NonFiniteNumbersException computedIn(String computeType) {
        String remedy =
                switch (computeType) {
                    case "float16" ->
                        "float16 ends at 65504, which some models exceed: set glimpse.dtype=bfloat16 or float32;"
                                + " if that does not help, "
                                + DAMAGED;
                    case "bfloat16" -> "bfloat16 reaches as far as float32, so " + DAMAGED;
                    default -> DAMAGED;
                };
        return new NonFiniteNumbersException(finding, finding + " (computed in " + computeType + "); " + remedy, this);
    }
}
