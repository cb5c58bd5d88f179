package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.github.glimpse.DeadlineExceededException;
import io.github.glimpse.EngineBusyException;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.ModelLoadException;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.request.ErrorMapper;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RequestOutcomeTest {

    static Stream<Arguments> causes() {
        return Stream.of(
                arguments(new PromptTooLongException("m"), RequestOutcome.INVALID),
                arguments(new EngineBusyException("m"), RequestOutcome.QUEUE_FULL),
                arguments(new EngineClosedException("m"), RequestOutcome.CLOSED),
                arguments(new ModelLoadException("m", new ModelFilesException("c")), RequestOutcome.NOT_LOADED),
                arguments(new ModelLoadException("m"), RequestOutcome.NOT_LOADED),
                arguments(new DeadlineExceededException("m"), RequestOutcome.TIMED_OUT),
                arguments(new GenerationCancelledException("m"), RequestOutcome.CANCELLED),
                arguments(new NativeLibraryException("m"), RequestOutcome.FAILED),
                arguments(new OutOfMemoryError("m"), RequestOutcome.FAILED),
                arguments(new IllegalStateException("m"), RequestOutcome.FAILED));
    }

    @ParameterizedTest
    @MethodSource("causes")
    void goesByWhatTheCallerGets(Throwable cause, RequestOutcome outcome) {
        assertThat(RequestOutcome.of(ErrorMapper.failure(cause))).isEqualTo(outcome);
    }

    @Test
    void knowsWhatIsRefusedWithoutTheEngine() {
        assertThat(RequestOutcome.of(new UnsupportedFeatureException("m"))).isEqualTo(RequestOutcome.UNSUPPORTED);
        assertThat(RequestOutcome.of(new InvalidRequestException("m"))).isEqualTo(RequestOutcome.INVALID);
        assertThat(RequestOutcome.of(new NonRetriableException("m", new InterruptedException())))
                .isEqualTo(RequestOutcome.CANCELLED);
    }

    @Test
    void labelsAreForMeters() {
        assertThat(RequestOutcome.QUEUE_FULL.label()).isEqualTo("queue-full");
    }
}
