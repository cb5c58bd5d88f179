package io.github.glimpse.examples.playground;

import io.github.glimpse.chat.RequestTrace;
import io.github.glimpse.chat.RequestTracer;
import io.github.glimpse.generate.Stage;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Tells a stream of the page the stages of its request. */
@Component
final class StageWatch implements RequestTracer {

    private static final ThreadLocal<@Nullable AnswerStream> ASKING = new ThreadLocal<>();

    /** Runs what asks the model, for this stream. */
    void follow(AnswerStream stream, Runnable ask) {
        ASKING.set(stream);
        try {
            ask.run();
        } finally {
            ASKING.remove();
        }
    }

    @Override
    public RequestTrace begin() {
        AnswerStream stream = ASKING.get();
        return stream == null ? RequestTrace.NONE : new Followed(stream);
    }

    private record Followed(AnswerStream stream) implements RequestTrace {

        @Override
        public void onStage(Stage stage) {
            stream.onStage(stage);
        }
    }
}
