package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import io.github.glimpse.DeadlineExceededException;
import io.github.glimpse.DeviceLostException;
import io.github.glimpse.EngineBusyException;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.ModelLoadException;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.ShapeMismatchException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.request.ErrorMapper;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HttpProblemTest {

    static Stream<Arguments> errors() {
        return Stream.of(
                Arguments.of(new InvalidImageException("m"), 400, 400),
                Arguments.of(new PromptTooLongException("m"), 400, 400),
                Arguments.of(new UnsupportedContentException("m"), 400, 400),
                Arguments.of(new ImageTooLargeException("m"), 413, 413),
                Arguments.of(new InvalidDocumentException(Reason.BROKEN, "m"), 400, 400),
                Arguments.of(new InvalidDocumentException(Reason.ENCRYPTED, "m"), 400, 400),
                Arguments.of(new InvalidDocumentException(Reason.TOO_LARGE, "m"), 413, 413),
                Arguments.of(new InvalidDocumentException(Reason.NOT_NOW, "m"), 429, 429),
                Arguments.of(new InvalidDocumentException(Reason.TOO_SLOW, "m"), null, null),
                Arguments.of(new EngineBusyException("m"), 429, 429),
                Arguments.of(new EngineClosedException("m"), 503, 503),
                Arguments.of(new GenerationCancelledException("m"), 503, 503),
                Arguments.of(new ModelLoadException("m"), 503, 503),
                Arguments.of(new ModelLoadException("m", new ModelFilesException("/a/path")), 503, 503),
                Arguments.of(new DeviceLostException("m"), 503, 503),
                Arguments.of(new DeadlineExceededException("m"), 504, 504),
                // A strategy that the model does not have is the caller's affair in a request, the operator's
                // elsewhere.
                Arguments.of(new UnsupportedModelException("m"), null, 400),
                Arguments.of(new ModelFilesException("m"), null, null),
                Arguments.of(new ShapeMismatchException("m"), null, null),
                Arguments.of(new NativeLibraryException("m"), null, null));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void eachErrorHasItsStatusAsItIsAndAsLangChain4jHasIt(
            GlimpseException error, @Nullable Integer alone, @Nullable Integer mapped) {
        assertThat(status(error)).isEqualTo(alone);
        assertThat(status(ErrorMapper.failure(error))).isEqualTo(mapped);
        assertThat(status(new CompletionException(ErrorMapper.failure(error)))).isEqualTo(mapped);
        assertThat(status(new IllegalStateException(error)))
                .as("an application's own meaning")
                .isNull();
    }

    private static @Nullable Integer status(Throwable error) {
        return HttpProblem.of(error).map(problem -> problem.status().value()).orElse(null);
    }

    @Test
    void aValueOutOfItsRangeIsBadInput() {
        assertThat(HttpProblem.of(ErrorMapper.refusal(new IllegalArgumentException("temperature is -1"))))
                .hasValue(HttpProblem.BAD_INPUT);
    }

    @Test
    void errorsOfOtherProvidersAreNone() {
        assertThat(HttpProblem.of(elsewhere(new RateLimitException("m")))).isEmpty();
        assertThat(HttpProblem.of(elsewhere(new InvalidRequestException("m", new IllegalStateException()))))
                .isEmpty();
        assertThat(HttpProblem.of(elsewhere(new TimeoutException("m")))).isEmpty();
        assertThat(HttpProblem.of(new IllegalStateException("m"))).isEmpty();
        assertThat(HttpProblem.of(ErrorMapper.failure(new OutOfMemoryError()))).isEmpty();
    }

    private static <T extends Throwable> T elsewhere(T error) {
        error.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("dev.langchain4j.model.other.OtherChatModel", "doChat", "OtherChatModel.java", 1)
        });
        return error;
    }

    @Test
    void whatIsForTheOperatorIsNotToldToTheCaller() {
        ModelLoadException error = new ModelLoadException("/home/me/models is damaged", null);

        assertThat(HttpProblem.NOT_THERE.detail(ErrorMapper.failure(error))).doesNotContain("/home");
        assertThat(HttpProblem.NOT_THERE.mayTryAgain()).isFalse();
        assertThat(HttpProblem.BAD_INPUT.detail(new CompletionException(new InvalidImageException("send a PNG"))))
                .isEqualTo("send a PNG");
    }
}
