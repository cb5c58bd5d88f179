package io.github.glimpse.chat;

import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.request.CurrentSignal;
import io.github.glimpse.serve.Arrival;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * LangChain4j's streaming chat model on a local vision-language model with pruned image tokens. A plain view of one
 * {@link LoadedModel}: it owns nothing and needs no closing; whoever loaded the model closes that.
 *
 * <p>{@code chat} refuses what can never work by an exception and else returns at once; the errors are those of
 * {@link GlimpseChatModel}. Everything later goes to the handler, all of it on one thread that is not the caller's:
 *
 * <ul>
 *   <li>{@code onPartialResponse(PartialResponse, PartialResponseContext)} per piece of text, never half a character and never
 *       part of a stop sequence; the joined pieces equal the answer's text. A slow handler slows the generation down.
 *   <li>{@code onCompleteResponse} or {@code onError} at the end. A busy, overdue or closed engine is told by {@code onError}, and
 *       so is a picture that cannot be fetched from its URL.
 *   <li>After {@code context.streamingHandle().cancel()}, which may be called from any thread and more than once, nothing more;
 *       the request ends at its next layer or token. LangChain4j hands that out with the first piece; {@link SenderSignal} ends a
 *       request before.
 *   <li>An exception of the handler goes to its {@code onError}, and the answer goes on. An exception of {@code onError} is
 *       logged.
 * </ul>
 *
 * <p>Safe for concurrent use.
 */
public final class GlimpseStreamingChatModel implements StreamingChatModel {

    private final ModelView view;

    private GlimpseStreamingChatModel(ModelView view) {
        this.view = view;
    }

    /** Starts a model; the one thing it needs is {@link Builder#model}. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        CancellationSignal signal = CurrentSignal.get();
        Arrival arrival = view.model().arrive(signal);
        RequestTrace trace = view.begin();
        try {
            Supplier<MappedRequest> mapped = view.requests().prepare(request, arrival);
            view.start(new StreamingAnswer(view, mapped, request, handler, arrival, signal, trace));
        } catch (RuntimeException | Error e) {
            arrival.close();
            throw view.refused(trace, e);
        }
    }

    /** The engine's defaults and those of the builder; names the model, so that listeners see it. */
    @Override
    public GlimpseChatRequestParameters defaultRequestParameters() {
        return view.defaults();
    }

    @Override
    public List<ChatModelListener> listeners() {
        return view.listeners();
    }

    /** {@link ModelProvider#OTHER}: LangChain4j's list is closed. */
    @Override
    public ModelProvider provider() {
        return ModelProvider.OTHER;
    }

    /**
     * JSON schemas, to which a mask over the model's tokens keeps its answers. Not those of models with cross-attention (BLIP);
     * before a deferred engine is loaded only a family that was named tells.
     */
    @Override
    public Set<Capability> supportedCapabilities() {
        return view.capabilities();
    }

    @Override
    public String toString() {
        return "GlimpseStreamingChatModel[" + view.model() + "]";
    }

    /** Collects what a model is made of. */
    public static final class Builder extends ModelBuilder<GlimpseStreamingChatModel, Builder> {

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        @Override
        GlimpseStreamingChatModel of(ModelView view) {
            return new GlimpseStreamingChatModel(view);
        }
    }
}
