package io.github.glimpse.spring.openai;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.glimpse.generate.CancellationSignal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * One answer on its way to a client. Its pieces are written by the model's thread, comments in its silences by {@link KeepAlive}'s.
 *
 * <ul>
 *   <li>What fails before the first piece is an answer with a status; {@link OpenAiController} writes it.
 *   <li>What fails later is an event with the error, and then a connection that breaks: some clients pass over the event and would take
 *       a stream that ends as usual for a whole answer.
 *   <li>A client that went away is noticed by the next write. The request is then ended, and its place is free.
 * </ul>
 */
final class ChatStream implements StreamingChatResponseHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ChatStream.class);
    private static final MediaType TEXT = new MediaType("text", "plain", StandardCharsets.UTF_8);
    /** The model's own time limit comes first, and is told. */
    private static final Duration SPARE = Duration.ofSeconds(10);

    private final SseEmitter emitter;
    private final CancellationSignal signal;
    private final RequestGuard.Place place;
    private final StreamEvents events;
    private final Function<Throwable, OpenAiException> errors;
    private final ReentrantLock writing = new ReentrantLock();
    private final BitSet begunCalls = new BitSet();
    private final BitSet calls = new BitSet();

    private boolean begun;
    private boolean firstSent;
    private boolean wroteText;
    private boolean wroteThinking;
    private volatile boolean ended;
    private volatile long lastWrite = System.nanoTime();

    ChatStream(
            StreamEvents events,
            Duration timeout,
            CancellationSignal signal,
            RequestGuard.Place place,
            Function<Throwable, OpenAiException> errors) {
        this.events = events;
        this.signal = signal;
        this.place = place;
        this.errors = errors;
        this.emitter = new SseEmitter(timeout.plus(SPARE).toMillis());
        emitter.onCompletion(this::leave);
        emitter.onTimeout(this::leave);
        emitter.onError(error -> leave());
    }

    SseEmitter emitter() {
        return emitter;
    }

    boolean isEnded() {
        return ended;
    }

    @Override
    public void onPartialResponse(String text) {
        if (!text.isEmpty()) {
            write(() -> {
                begin();
                send(events.text(text));
                wroteText = true;
            });
        }
    }

    @Override
    public void onPartialThinking(PartialThinking piece) {
        if (!piece.text().isEmpty()) {
            write(() -> {
                begin();
                send(events.thinking(piece.text()));
                wroteThinking = true;
            });
        }
    }

    @Override
    public void onPartialToolCall(PartialToolCall piece) {
        write(() -> {
            beginCall(piece.index(), piece.id(), piece.name());
            send(events.callGoesOn(piece.index(), piece.partialArguments()));
            calls.set(piece.index());
        });
    }

    @Override
    public void onCompleteToolCall(CompleteToolCall call) {
        write(() -> whole(call.index(), call.toolExecutionRequest()));
    }

    /** A call whose arguments did not come in pieces. */
    private void whole(int index, ToolExecutionRequest call) throws IOException {
        if (!calls.get(index)) {
            beginCall(index, call.id(), call.name());
            send(events.callGoesOn(index, call.arguments()));
            calls.set(index);
        }
        send(events.callEnds(index, call));
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
        write(() -> {
            begin();
            String thinking = response.aiMessage().thinking();
            if (!wroteThinking && thinking != null) {
                send(events.thinking(thinking));
            }
            String text = response.aiMessage().text();
            if (!wroteText && text != null && !text.isEmpty()) {
                send(events.text(text));
            }
            List<ToolExecutionRequest> requests = response.aiMessage().toolExecutionRequests();
            for (int index = 0; index < requests.size(); index++) {
                whole(index, requests.get(index));
            }
            // A client that reads the end may ask again at once.
            place.close();
            send(events.end(response));
            ended = true;
        });
        emitter.complete();
    }

    @Override
    public void onError(Throwable error) {
        OpenAiException known = errors.apply(error);
        boolean told = write(() -> {
            if (begun) {
                send(events.failed(known));
            }
            ended = true;
        });
        if (told) {
            LOG.debug("A stream ends with an error", error);
        }
        leave();
        if (told && begun && !events.breaksAfterFailure()) {
            emitter.complete();
        } else {
            emitter.completeWithError(known);
        }
    }

    /** Writes a comment after a silence, which keeps the connection open, or shows that the client went away. */
    void keepAlive(Duration silence) {
        if (System.nanoTime() - lastWrite < silence.toNanos() || !writing.tryLock()) {
            return;
        }
        try {
            var unused = write(() -> {
                emitter.send(SseEmitter.event().comment("keep-alive"));
                begun = true;
            });
        } finally {
            writing.unlock();
        }
    }

    private void begin() throws IOException {
        if (!firstSent) {
            send(events.begin());
            firstSent = true;
        }
    }

    private void beginCall(int index, @Nullable String id, String name) throws IOException {
        begin();
        if (!begunCalls.get(index)) {
            send(events.callBegins(index, id == null ? "call_" + index : id, name));
            begunCalls.set(index);
        }
    }

    private void send(List<StreamEvents.Event> pieces) throws IOException {
        for (StreamEvents.Event piece : pieces) {
            // With a blank after the colon, which strict parsers look for and Spring does not write.
            SseEmitter.SseEventBuilder event = SseEmitter.event();
            if (piece.name() != null) {
                event.name(" " + piece.name());
            }
            emitter.send(event.data(" " + piece.data(), TEXT));
            begun = true;
            lastWrite = System.nanoTime();
        }
    }

    /** What writes pieces. */
    @FunctionalInterface
    private interface Pieces {

        void write() throws IOException;
    }

    /** Writes, one at a time; whether the client is still there. */
    private boolean write(Pieces pieces) {
        writing.lock();
        try {
            if (ended) {
                return false;
            }
            pieces.write();
            lastWrite = System.nanoTime();
            return true;
        } catch (IOException | IllegalStateException e) {
            LOG.debug("The client of a stream went away", e);
            leave();
            return false;
        } finally {
            writing.unlock();
        }
    }

    /** The request ends, and its place is free. */
    private void leave() {
        ended = true;
        signal.cancel();
        place.close();
    }
}
