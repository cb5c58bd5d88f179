package io.github.glimpse.constrain;

/**
 * How a schema is read and JSON is spelled: compact, with one blank allowed behind each colon and comma.
 *
 * @param unlisted what an object that lists properties and is silent about additional ones says of them
 * @param integerDigits digits of an integer, 1 to 18; 18 always fit into a long
 */
public record JsonStyle(Unlisted unlisted, int integerDigits) {

    /** The most digits that always fit into a long. */
    public static final int MOST_INTEGER_DIGITS = 18;

    /** As the standard has it: properties that a schema does not list may be there. */
    public static final JsonStyle OPEN = new JsonStyle(Unlisted.ALLOWED, MOST_INTEGER_DIGITS);

    /** Only listed properties, as models that are told of a record should write. */
    public static final JsonStyle CLOSED = new JsonStyle(Unlisted.FORBIDDEN, MOST_INTEGER_DIGITS);

    /** What is said of properties that nothing is said of. */
    public enum Unlisted {
        /** They may come. */
        ALLOWED,
        /** They may not. */
        FORBIDDEN
    }

    /** Checks the digits. */
    public JsonStyle {
        if (integerDigits < 1 || integerDigits > MOST_INTEGER_DIGITS) {
            throw new IllegalArgumentException(
                    "An integer has " + integerDigits + " digits, the limits are 1 and " + MOST_INTEGER_DIGITS);
        }
    }

    /** The same with so many digits. */
    public JsonStyle withIntegerDigits(int digits) {
        return new JsonStyle(unlisted, digits);
    }
}
