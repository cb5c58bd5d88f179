package io.github.glimpse.request;

import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.github.glimpse.DeadlineExceededException;
import io.github.glimpse.DeviceLostException;
import io.github.glimpse.EngineBusyException;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.InvalidConversationException;
import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.ModelLoadException;
import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.constrain.InvalidConstraintException;
import io.github.glimpse.constrain.UnsupportedConstraintException;
import org.jspecify.annotations.Nullable;

/**
 * Our errors as LangChain4j's, the cause kept. Those that LangChain4j retries are the ones where a second try can help.
 *
 * <table>
 * <caption>Which becomes which</caption>
 * <tr><th>ours</th><th>LangChain4j's</th></tr>
 * <tr><td>image, document, prompt or content that cannot work; a strategy or place that this model does not have</td>
 *     <td>{@link InvalidRequestException}</td></tr>
 * <tr><td>a form of the answer that nothing has, that does not fit the limit of output tokens, or that is beyond a limit</td>
 *     <td>{@link InvalidRequestException}</td></tr>
 * <tr><td>what a JSON schema or pattern says and the engine does not understand</td>
 *     <td>{@link UnsupportedFeatureException}</td></tr>
 * <tr><td>queue full; the GPU's memory full</td><td>{@link RateLimitException}</td></tr>
 * <tr><td>deadline passed</td><td>{@link TimeoutException}</td></tr>
 * <tr><td>model could not be loaded: its files are missing or damaged, or it is of no known family</td>
 *     <td>{@link ModelNotFoundException}</td></tr>
 * <tr><td>model could not be loaded for another reason, which a second try will not mend</td>
 *     <td>{@link NonRetriableException}</td></tr>
 * <tr><td>engine closed; GPU lost; caller interrupted; the model's files are at odds with each other or it computes no numbers,
 *     which the operator has to mend</td>
 *     <td>{@link NonRetriableException}</td></tr>
 * <tr><td>native failure, out of memory, anything else</td><td>{@link InternalServerException}</td></tr>
 * </table>
 */
public final class ErrorMapper {

    private ErrorMapper() {}

    /** What a request died of while it ran. */
    public static LangChain4jException failure(Throwable error) {
        if (error instanceof LangChain4jException known) {
            return known;
        }
        if (error instanceof GlimpseException ours) {
            return ours(ours);
        }
        if (error instanceof OutOfMemoryError) {
            return new InternalServerException(
                    "The Java heap ran out while the request ran; send smaller pictures or raise -Xmx", error);
        }
        return new InternalServerException(
                "The model failed with " + error.getClass().getName() + "; the cause says where", error);
    }

    /** Why a request cannot work: like {@link #failure}, but a value out of its range is the caller's fault. */
    public static LangChain4jException refusal(Throwable error) {
        return error instanceof IllegalArgumentException ? invalid(error) : failure(error);
    }

    private static LangChain4jException ours(GlimpseException error) {
        String message = error.getMessage();
        if (error instanceof EngineBusyException) {
            return new RateLimitException(message, error);
        }
        if (error instanceof DeadlineExceededException) {
            return new TimeoutException(message, error);
        }
        if (error instanceof ModelLoadException) {
            return isMissing(error.getCause())
                    ? new ModelNotFoundException(message, error)
                    : new NonRetriableException(message, error);
        }
        if (error instanceof EngineClosedException
                || error instanceof DeviceLostException
                || error instanceof GenerationCancelledException
                || error instanceof NonFiniteNumbersException
                || error instanceof ModelFilesException) {
            return new NonRetriableException(message, error);
        }
        if (error instanceof UnsupportedConstraintException) {
            return unsupported(error);
        }
        if (error instanceof InvalidImageException
                || error instanceof InvalidDocumentException
                || error instanceof InvalidConversationException
                || error instanceof PromptTooLongException
                || error instanceof UnsupportedContentException
                || error instanceof UnsupportedModelException
                || error instanceof InvalidConstraintException) {
            return invalid(error);
        }
        return new InternalServerException(message, error);
    }

    /** What this model does not do. */
    public static LangChain4jException unsupported(GlimpseException error) {
        UnsupportedFeatureException unsupported = new UnsupportedFeatureException(error.getMessage());
        unsupported.initCause(error);
        return unsupported;
    }

    private static boolean isMissing(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ModelFilesException || cause instanceof UnsupportedModelException) {
                return true;
            }
        }
        return false;
    }

    private static InvalidRequestException invalid(Throwable error) {
        return new InvalidRequestException(error.getMessage(), error);
    }
}
