package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.github.glimpse.DeadlineExceededException;
import io.github.glimpse.DeviceLostException;
import io.github.glimpse.EngineBusyException;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.InvalidConversationException;
import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelLoadException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.constrain.InvalidConstraintException;
import io.github.glimpse.constrain.UnsupportedConstraintException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;

/** What an error of Glimpse is to HTTP. Errors that the caller can do nothing about have none, and stay 500. */
enum HttpProblem {
    BAD_INPUT(400, null),
    TOO_LARGE(413, null),
    BUSY(429, null),
    LATE(504, null),
    // What these say is for the operator and may name files.
    CLOSED(503, "The model is being shut down; try again later"),
    NOT_THERE(503, "The model could not be loaded or lost its device; the log of the application says why");

    private static final String OUR_CODE = "io.github.glimpse.";

    private final int status;
    private final @Nullable String detail;

    HttpProblem(int status, @Nullable String detail) {
        this.status = status;
        this.detail = detail;
    }

    /** The status of the answer. */
    HttpStatusCode status() {
        return HttpStatusCode.valueOf(status);
    }

    /** Whether the same request may work in a while. */
    boolean mayTryAgain() {
        return this == BUSY || this == CLOSED;
    }

    /** Seconds after which to come again: by what requests have taken so far where that is known, else as it is set. */
    static long retrySeconds(Throwable error, Duration set) {
        Throwable bare = bare(error);
        Throwable ours = bare instanceof GlimpseException ? bare : bare.getCause();
        Duration wait =
                ours instanceof EngineBusyException busy ? busy.retryAfter().orElse(set) : set;
        return Math.max(1, wait.toSeconds());
    }

    /** What the caller reads. Messages of Glimpse hold no text of prompts, and those of requests no paths. */
    String detail(Throwable error) {
        return detail == null ? String.valueOf(bare(error).getMessage()) : detail;
    }

    /** Whether a request was refused for the length of its prompt. */
    static boolean isTooLong(Throwable error) {
        Throwable bare = bare(error);
        return bare instanceof PromptTooLongException || bare.getCause() instanceof PromptTooLongException;
    }

    /** What an error is, empty if it is not Glimpse's or nothing that HTTP has a word for. */
    static Optional<HttpProblem> of(Throwable error) {
        Throwable bare = bare(error);
        if (bare instanceof GlimpseException ours) {
            return ours(ours);
        }
        if (!(bare instanceof LangChain4jException)) {
            return Optional.empty();
        }
        if (bare.getCause() instanceof GlimpseException ours) {
            // At loading this is the operator's affair, in a request the caller asked for what the model does not have.
            return ours instanceof UnsupportedModelException && bare instanceof InvalidRequestException
                    ? Optional.of(BAD_INPUT)
                    : ours(ours);
        }
        return isMadeByGlimpse(bare) ? plain(bare) : Optional.empty();
    }

    private static Optional<HttpProblem> ours(GlimpseException error) {
        if (error instanceof ImageTooLargeException) {
            return Optional.of(TOO_LARGE);
        }
        if (error instanceof InvalidImageException
                || error instanceof PromptTooLongException
                || error instanceof UnsupportedContentException
                || error instanceof InvalidConversationException
                || error instanceof UnsupportedConstraintException
                || error instanceof InvalidConstraintException) {
            return Optional.of(BAD_INPUT);
        }
        if (error instanceof InvalidDocumentException document) {
            return ofDocument(document.reason());
        }
        if (error instanceof EngineBusyException) {
            return Optional.of(BUSY);
        }
        if (error instanceof DeadlineExceededException) {
            return Optional.of(LATE);
        }
        if (error instanceof EngineClosedException || error instanceof GenerationCancelledException) {
            return Optional.of(CLOSED);
        }
        return error instanceof ModelLoadException || error instanceof DeviceLostException
                ? Optional.of(NOT_THERE)
                : Optional.empty();
    }

    /** What the caller may send otherwise or again; a format that nothing reads here, and time, are the operator's affair. */
    private static Optional<HttpProblem> ofDocument(InvalidDocumentException.Reason reason) {
        return switch (reason) {
            case TOO_LARGE -> Optional.of(TOO_LARGE);
            case BROKEN, ENCRYPTED -> Optional.of(BAD_INPUT);
            case NOT_NOW -> Optional.of(BUSY);
            default -> Optional.empty();
        };
    }

    /** Refusals that have no error of ours behind them: what messages and parameters hold is told by LangChain4j's types alone. */
    private static Optional<HttpProblem> plain(Throwable error) {
        if (error instanceof InvalidRequestException || error instanceof UnsupportedFeatureException) {
            return Optional.of(BAD_INPUT);
        }
        if (error instanceof RateLimitException) {
            return Optional.of(BUSY);
        }
        return error instanceof TimeoutException ? Optional.of(LATE) : Optional.empty();
    }

    /** LangChain4j's types are those of every provider; where one was made tells whose it is. */
    private static boolean isMadeByGlimpse(Throwable error) {
        StackTraceElement[] trace = error.getStackTrace();
        return trace.length > 0 && trace[0].getClassName().startsWith(OUR_CODE);
    }

    /** Without what futures wrap around it. An application's own exception around it has its own meaning. */
    private static Throwable bare(Throwable error) {
        Throwable bare = error;
        while ((bare instanceof CompletionException || bare instanceof ExecutionException) && bare.getCause() != null) {
            bare = bare.getCause();
        }
        return bare;
    }
}
