package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * A document, or one of its pages, cannot be read or is over a limit. The caller has to send another one, or to raise the limit that
 * the message names. The message is one line: names and texts of a document are in it with their control characters escaped.
 */
public final class InvalidDocumentException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Why it cannot be read. */
    public enum Reason {
        /** It is no file of a known kind, or damaged. */
        BROKEN,
        /** It asks for a password. */
        ENCRYPTED,
        /** It has too many bytes, pages, pixels or characters. */
        TOO_LARGE,
        /** It takes longer than a page may. */
        TOO_SLOW,
        /** It has a picture of a format that nobody on the class path reads. */
        UNKNOWN_FORMAT,
        /** This process could not, whatever the document is: it needs more memory than is left, waits for other documents, or was told to stop. */
        NOT_NOW,
        /** It is another file than the one of this name that was indexed. */
        CHANGED
    }

    private final Reason reason;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public InvalidDocumentException(Reason reason, String message) {
        this(reason, message, null);
    }

    /** Like {@link #InvalidDocumentException(Reason, String)}, with the failure that led here. */
    public InvalidDocumentException(Reason reason, String message, @Nullable Throwable cause) {
        super(PrintableText.of(message), cause);
        this.reason = reason;
    }

    /** Why it cannot be read. */
    public Reason reason() {
        return reason;
    }
}
