package io.github.glimpse.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

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
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.ModelLoadException;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.ShapeMismatchException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.UnsupportedModelException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ErrorMapperTest {

    static Stream<Arguments> table() {
        return Stream.of(
                arguments(new InvalidImageException("m"), InvalidRequestException.class),
                arguments(new PromptTooLongException("m"), InvalidRequestException.class),
                arguments(new UnsupportedContentException("m"), InvalidRequestException.class),
                arguments(new UnsupportedModelException("m"), InvalidRequestException.class),
                arguments(new ModelFilesException("m"), NonRetriableException.class),
                arguments(new EngineBusyException("m"), RateLimitException.class),
                arguments(new DeadlineExceededException("m"), TimeoutException.class),
                arguments(new ModelLoadException("m", new ModelFilesException("c")), ModelNotFoundException.class),
                arguments(
                        new ModelLoadException("m", new UnsupportedModelException("c")), ModelNotFoundException.class),
                arguments(new ModelLoadException("m", new NativeLibraryException("c")), NonRetriableException.class),
                arguments(new EngineClosedException("m"), NonRetriableException.class),
                arguments(new DeviceLostException("m"), NonRetriableException.class),
                arguments(new GenerationCancelledException("m"), NonRetriableException.class),
                arguments(new ModelLoadException("m", new NonFiniteNumbersException("c")), NonRetriableException.class),
                arguments(new NativeLibraryException("m"), InternalServerException.class),
                arguments(new ShapeMismatchException("m"), InternalServerException.class));
    }

    @ParameterizedTest
    @MethodSource("table")
    void keepsMessageAndCause(RuntimeException ours, Class<? extends LangChain4jException> theirs) {
        assertThat(ErrorMapper.failure(ours))
                .isExactlyInstanceOf(theirs)
                .hasMessage("m")
                .hasCause(ours);
    }

    @Test
    void whatTheEngineDidNotMeanToThrowIsAnInternalError() {
        assertThat(ErrorMapper.failure(new IllegalArgumentException("tensor")))
                .isExactlyInstanceOf(InternalServerException.class)
                .hasMessageContaining("IllegalArgumentException");
        assertThat(ErrorMapper.failure(new OutOfMemoryError("Java heap space")))
                .isExactlyInstanceOf(InternalServerException.class)
                .hasMessageContaining("-Xmx");
        assertThat(ErrorMapper.failure(new StackOverflowError())).isExactlyInstanceOf(InternalServerException.class);
    }

    @Test
    void aModelThatComputesNoNumbersIsNeitherTheCallersFaultNorWorthASecondTry() {
        NonFiniteNumbersException broken = new NonFiniteNumbersException("The scores are no numbers");

        assertThat(ErrorMapper.failure(broken))
                .isExactlyInstanceOf(NonRetriableException.class)
                .hasMessageContaining("glimpse.dtype")
                .hasCause(broken);
        assertThat(ErrorMapper.refusal(broken)).isExactlyInstanceOf(NonRetriableException.class);
    }

    @Test
    void aValueOutOfItsRangeIsTheCallersFault() {
        assertThat(ErrorMapper.refusal(new IllegalArgumentException("top-p is 2")))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessage("top-p is 2");
    }

    @Test
    void langChain4jsOwnPassUnchanged() {
        UnsupportedFeatureException known = new UnsupportedFeatureException("m");

        assertThat(ErrorMapper.failure(known)).isSameAs(known);
        assertThat(ErrorMapper.refusal(known)).isSameAs(known);
    }
}
