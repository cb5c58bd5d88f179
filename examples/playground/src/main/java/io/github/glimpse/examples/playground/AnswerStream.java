package io.github.glimpse.examples.playground;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.Stage;
import io.github.glimpse.prune.PlannedCut;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * One answer on its way to the page: events {@code stage}, {@code text}, {@code pruned}, {@code done} and {@code error}. A page that is
 * gone is noticed by the next thing that is written, at the latest by a comment that a clock writes; then the answer is cancelled.
 */
final class AnswerStream implements StreamingChatResponseHandler {

    private static final Logger LOG = LoggerFactory.getLogger(AnswerStream.class);

    private final SseEmitter emitter;
    private final LoadedModel engine;
    private final List<PlannedCut> plan;
    private final int[] order;
    private final CancellationSignal signal = new CancellationSignal();
    private @Nullable Future<?> clock;
    private boolean ended;

    AnswerStream(SseEmitter emitter, LoadedModel engine, List<PlannedCut> plan, int[] order) {
        this.emitter = emitter;
        this.engine = engine;
        this.plan = plan;
        this.order = order;
    }

    /** What writes the comments, to be stopped at the end. */
    synchronized void tick(Future<?> beats) {
        clock = beats;
        if (ended) {
            beats.cancel(false);
        }
    }

    /** Writes a comment, which finds out whether the page is still there. */
    void beat() {
        write(SseEmitter.event().comment("still here"));
    }

    /** Ends the request, from the moment it is sent. */
    CancellationSignal signal() {
        return signal;
    }

    void onStage(Stage stage) {
        event("stage", Map.of("name", stage.name().toLowerCase(Locale.ROOT)));
    }

    @Override
    public void onPartialResponse(String piece) {
        event("text", Map.of("text", piece));
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
        if (response.metadata() instanceof GlimpseChatResponseMetadata metadata) {
            event("pruned", AnswerJson.pruned(metadata, plan, order));
            event("done", AnswerJson.done(response, metadata, engine));
        }
        end();
    }

    @Override
    public void onError(Throwable error) {
        Trouble trouble = Trouble.of(error);
        if (trouble.status() == Trouble.FAILED) {
            LOG.warn("An answer failed", error);
        }
        event("error", trouble.json());
        end();
    }

    /** The page is gone: the request ends at its next layer or token. */
    synchronized void cancel() {
        ended = true;
        close();
        signal.cancel();
    }

    /** Nothing is written any more. */
    synchronized void close() {
        if (clock != null) {
            clock.cancel(false);
        }
    }

    private void end() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            close();
        }
        emitter.complete();
    }

    private void event(String name, Map<String, Object> data) {
        write(SseEmitter.event().name(name).data(Json.write(data)));
    }

    private void write(SseEmitter.SseEventBuilder event) {
        synchronized (this) {
            if (ended) {
                return;
            }
        }
        try {
            emitter.send(event);
        } catch (IOException | IllegalStateException e) {
            LOG.debug("The page is gone", e);
            cancel();
        }
    }
}
