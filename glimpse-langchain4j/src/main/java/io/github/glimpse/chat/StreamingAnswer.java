package io.github.glimpse.chat;

import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.GenerationListener;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.Stage;
import io.github.glimpse.generate.ToolCall;
import io.github.glimpse.request.ErrorMapper;
import io.github.glimpse.serve.Arrival;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One answer on its way to a handler. Runs once, on one thread, and makes all callbacks there; the completing one after the
 * engine's place is free again, so that a handler may ask the next question in it.
 *
 * <p>An exception of the handler goes to its {@code onError}, and the answer goes on. After {@link #cancel()} there is no
 * callback at all.
 */
final class StreamingAnswer implements Runnable, GenerationListener, StreamingHandle {

    private static final Logger LOG = LoggerFactory.getLogger(StreamingAnswer.class);

    private final ModelView view;
    private final Supplier<MappedRequest> request;
    private final ChatRequestParameters parameters;
    private final StreamingChatResponseHandler handler;
    private final RequestTrace trace;
    private final Arrival arrival;
    private final CancellationSignal signal;
    private final PartialResponseContext context = new PartialResponseContext(this);
    private final PartialThinkingContext thinkingContext = new PartialThinkingContext(this);
    private final PartialToolCallContext callContext = new PartialToolCallContext(this);
    private final CallIds ids;
    private final boolean returnsThinking;
    private final CallPieces pieces = new CallPieces();

    StreamingAnswer(
            ModelView view,
            Supplier<MappedRequest> request,
            ChatRequest chatRequest,
            StreamingChatResponseHandler handler,
            Arrival arrival,
            CancellationSignal signal,
            RequestTrace trace) {
        this.view = view;
        this.request = request;
        this.parameters = chatRequest.parameters();
        this.returnsThinking = ResponseMapper.returnsThinking(parameters);
        this.ids = new CallIds(chatRequest.messages());
        this.handler = handler;
        this.arrival = arrival;
        this.signal = signal;
        this.trace = trace;
    }

    @Override
    public void run() {
        RequestTrace.Binding bound = trace.bind();
        try {
            answer();
        } finally {
            bound.close();
        }
    }

    private void answer() {
        GenerationResult result;
        ChatResponse response;
        try {
            MappedRequest mapped = request.get();
            result = view.model().answer(mapped.request(), this, arrival);
            response = view.responses().map(result, parameters, ids, mapped.warnings());
        } catch (Throwable e) {
            // Unless it got as far as the engine, which ends it there.
            arrival.close();
            // Also errors such as a full heap: they end the request, not the thread, and the handler must hear of them.
            LangChain4jException failure = ErrorMapper.failure(e);
            if (ends(RequestOutcome.of(failure), () -> trace.onError(failure))) {
                tell(failure);
            } else {
                LOG.debug("Not reported, since the request was cancelled", failure);
            }
            return;
        }
        GlimpseChatModel.tell(trace, response);
        if (ends(RequestOutcome.ANSWERED, () -> trace.onAnswer(result))) {
            callback(() -> handler.onCompleteResponse(response));
        }
    }

    /** Decides once how the request ends; whether the handler is to hear of it. */
    private boolean ends(RequestOutcome outcome, Runnable traced) {
        boolean heard = !signal.isCancelled();
        view.ended(heard ? outcome : RequestOutcome.CANCELLED);
        if (heard) {
            traced.run();
        } else {
            trace.onCancelled();
        }
        return heard;
    }

    @Override
    public void onText(String text) {
        if (!signal.isCancelled()) {
            callback(() -> handler.onPartialResponse(new PartialResponse(text), context));
        }
    }

    @Override
    public void onThinking(String text) {
        if (returnsThinking && !signal.isCancelled()) {
            callback(() -> handler.onPartialThinking(new PartialThinking(text), thinkingContext));
        }
    }

    @Override
    public void onCallId(int index, String id) {
        ids.written(index, id);
    }

    @Override
    public void onCallPiece(int index, String name, String piece) {
        String whole = pieces.next(index, piece);
        if (!whole.isEmpty() && !signal.isCancelled()) {
            PartialToolCall part = PartialToolCall.builder()
                    .index(index)
                    .id(ids.of(index))
                    .name(name)
                    .partialArguments(whole)
                    .build();
            callback(() -> handler.onPartialToolCall(part, callContext));
        }
    }

    @Override
    public void onCall(int index, ToolCall call) {
        pieces.end();
        String id = ids.completed(index);
        if (!signal.isCancelled()) {
            CompleteToolCall whole = new CompleteToolCall(index, ResponseMapper.request(id, call));
            callback(() -> handler.onCompleteToolCall(whole));
        }
    }

    @Override
    public void onStage(Stage stage) {
        trace.onStage(stage);
    }

    @Override
    public void cancel() {
        signal.cancel();
    }

    @Override
    public boolean isCancelled() {
        return signal.isCancelled();
    }

    private void callback(Runnable callback) {
        try {
            callback.run();
        } catch (Throwable e) {
            // Whatever the handler throws is the handler's to hear, errors of its assertions too.
            report(e);
        }
    }

    private void report(Throwable error) {
        if (signal.isCancelled()) {
            LOG.debug("Not reported, since the request was cancelled", error);
            return;
        }
        tell(error);
    }

    private void tell(Throwable error) {
        try {
            handler.onError(error);
        } catch (Throwable e) {
            LOG.warn("A StreamingChatResponseHandler failed in onError; the failure is ignored", e);
        }
    }
}
