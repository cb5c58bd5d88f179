package io.github.glimpse.examples.quickstart;

import org.jspecify.annotations.Nullable;

/** Something that the user can mend. The message is all that is shown. */
final class QuickstartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    QuickstartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
