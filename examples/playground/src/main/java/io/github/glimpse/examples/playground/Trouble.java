package io.github.glimpse.examples.playground;

import io.github.glimpse.DeadlineExceededException;
import io.github.glimpse.EngineBusyException;
import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.UnsupportedModelException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartException;

/**
 * What went wrong, in words for the page.
 *
 * @param status of HTTP
 * @param message what, and what to do
 * @param property that changes it, null if none does
 */
record Trouble(int status, String message, @Nullable String property) {

    private static final int BAD_REQUEST = 400;
    private static final int TOO_LARGE = 413;
    private static final int BUSY = 429;
    /** Nothing that the caller can do anything about. */
    static final int FAILED = 500;

    private static final int LATE = 504;

    /** A property that a message names itself. */
    private static final Pattern NAMED = Pattern.compile("\\b(?:glimpse|spring|server|playground)(?:\\.[a-z0-9-]+)+");

    static Trouble bad(String message) {
        return new Trouble(BAD_REQUEST, message, named(message));
    }

    /** Of an error: its own words where Glimpse made it or the caller can do something, else that the log has more. */
    static Trouble of(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            Trouble known = known(cause);
            if (known != null) {
                return known;
            }
        }
        return error instanceof dev.langchain4j.exception.LangChain4jException
                ? bad(String.valueOf(error.getMessage()))
                : new Trouble(FAILED, "The answer could not be made; the log of the application says why", null);
    }

    private static @Nullable Trouble known(Throwable error) {
        String message = String.valueOf(error.getMessage());
        if (error instanceof RefusedException refused) {
            return refused.trouble();
        }
        if (error instanceof MaxUploadSizeExceededException) {
            return new Trouble(
                    TOO_LARGE,
                    "What was sent is larger than this page takes; send smaller pictures, or fewer",
                    "spring.servlet.multipart.max-file-size");
        }
        if (error instanceof MultipartException) {
            return bad("The form cannot be read; send multipart/form-data with a part 'request' and parts 'picture'");
        }
        if (error instanceof ImageTooLargeException) {
            boolean pixels = message.contains("MP") || message.contains("pixels");
            return new Trouble(
                    TOO_LARGE, message, pixels ? "glimpse.limits.max-image-pixels" : "glimpse.limits.max-image-size");
        }
        if (error instanceof EngineBusyException) {
            return new Trouble(BUSY, message, "glimpse.concurrency.max-queued");
        }
        if (error instanceof DeadlineExceededException) {
            return new Trouble(LATE, message, "glimpse.limits.timeout");
        }
        if (error instanceof PromptTooLongException) {
            return new Trouble(BAD_REQUEST, message, "glimpse.limits.max-input-tokens");
        }
        if (error instanceof UnsupportedModelException) {
            return new Trouble(BAD_REQUEST, message, "glimpse.pruning.strategy");
        }
        if (error instanceof io.github.glimpse.GlimpseException || error instanceof IllegalArgumentException) {
            return bad(message);
        }
        return null;
    }

    private static @Nullable String named(String message) {
        Matcher found = NAMED.matcher(message);
        return found.find() ? found.group() : null;
    }

    /** As the page reads it. */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("message", message);
        if (property != null) {
            json.put("property", property);
        }
        return json;
    }

    /** A request that is refused by this page, not by the model. */
    static final class RefusedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Trouble trouble;

        RefusedException(Trouble trouble) {
            super(trouble.message());
            this.trouble = trouble;
        }

        Trouble trouble() {
            return trouble;
        }
    }
}
