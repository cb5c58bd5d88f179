package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import io.github.glimpse.PrintableText;
import io.github.glimpse.image.ImageDecoder;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Failures of parsers as errors of the document. The parser's exception is not kept as the cause: its message has text
 * of the document in it, which a log would print with the stack trace.
 */
final class DocumentFailure {

    private static final int MAX_CHARACTERS = 300;

    private DocumentFailure() {}

    /**
     * Makes the error.
     *
     * @param work that failed, such as {@code page 3}
     * @param name of the document
     */
    static InvalidDocumentException of(String work, String name, @Nullable Throwable failure) {
        if (failure instanceof InvalidDocumentException known) {
            return known;
        }
        if (failure instanceof IOException) {
            return broken(work, name, String.valueOf(failure.getMessage()));
        }
        if (ImageDecoder.isOutOfMemory(failure)) {
            return new InvalidDocumentException(
                    Reason.NOT_NOW,
                    capital(work) + " of '" + name + "' needs more memory than there is; leave it out, or raise -Xmx");
        }
        if (failure instanceof LinkageError) {
            return new InvalidDocumentException(
                    Reason.UNKNOWN_FORMAT,
                    capital(work) + " of '" + name + "' needs a library that is missing ("
                            + PrintableText.of(failure.toString(), MAX_CHARACTERS) + "); add it to the class path");
        }
        return broken(work, name, String.valueOf(failure));
    }

    private static InvalidDocumentException broken(String work, String name, String reason) {
        return new InvalidDocumentException(
                Reason.BROKEN,
                capital(work) + " of '" + name + "' cannot be read: it is damaged, or no PDF file ("
                        + PrintableText.of(reason, MAX_CHARACTERS) + "); send another file");
    }

    /** Starts a sentence with a piece of work. */
    static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
