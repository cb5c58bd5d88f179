package io.github.glimpse.constrain;

import io.github.glimpse.GlimpseException;

/** A schema or pattern says something that is not understood. Nothing is ever ignored instead. */
public final class UnsupportedConstraintException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    private static final int MOST_SHOWN = 80;

    private final String keyword;
    private final String pointer;

    /**
     * Makes the error.
     *
     * @param keyword the JSON schema keyword; {@code pattern} for a regular expression
     * @param pointer where it stands, such as {@code #/properties/a}
     * @param reason what is wrong with it, as the end of a sentence
     */
    public UnsupportedConstraintException(String keyword, String pointer, String reason) {
        super("JSON schema keyword '" + keyword + "' at " + pointer + " " + reason, null);
        this.keyword = keyword;
        this.pointer = pointer;
    }

    private UnsupportedConstraintException(String message) {
        super(message, null);
        keyword = "pattern";
        pointer = "#";
    }

    /** Of a regular expression that stands in no schema. */
    static UnsupportedConstraintException ofExpression(String pattern, String reason) {
        return new UnsupportedConstraintException("The regular expression '"
                + (pattern.length() > MOST_SHOWN ? pattern.substring(0, MOST_SHOWN) + "…" : pattern) + "' " + reason);
    }

    /** The keyword that is refused. */
    public String keyword() {
        return keyword;
    }

    /** JSON pointer of the schema that holds the keyword, as a fragment. */
    public String pointer() {
        return pointer;
    }
}
