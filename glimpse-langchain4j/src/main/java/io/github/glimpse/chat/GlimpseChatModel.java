package io.github.glimpse.chat;

import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.GenerationListener;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.Stage;
import io.github.glimpse.request.CurrentSignal;
import io.github.glimpse.request.GenerationThreads;
import io.github.glimpse.serve.Arrival;
import java.util.List;
import java.util.Set;

/**
 * LangChain4j's chat model on a local vision-language model with pruned image tokens. A plain view of one
 * {@link LoadedModel}: it owns nothing and needs no closing; whoever loaded the model closes that.
 *
 * <pre>{@code
 * try (LoadedModel engine = LoadedModel.load(EngineOptions.builder(directory).build())) {
 *     ChatModel model = GlimpseChatModel.builder().model(engine).build();
 *     ChatResponse response = model.chat(UserMessage.from(
 *             TextContent.from("What is on the sign?"), ImageContent.from(base64, "image/jpeg")));
 * }
 * }</pre>
 *
 * <p>Requests run on platform threads of their own; the caller waits and may be a virtual thread. A caller that is interrupted
 * while it waits gets a {@link NonRetriableException} with its interrupt status set, and the request ends at its next layer or
 * token. Text and images are taken, images by URL only with {@link Builder#imageUrls}; tools as
 * {@link Builder#tools(ToolOptions)} says. What is not supported, such as a keyword of a JSON schema, is refused with {@link
 * dev.langchain4j.exception.UnsupportedFeatureException}. Other errors:
 * {@link dev.langchain4j.exception.InvalidRequestException} for a request that can never work,
 * {@link dev.langchain4j.exception.RateLimitException} if the queue is full,
 * {@link dev.langchain4j.exception.TimeoutException} when the engine's time limit passed, {@link NonRetriableException} once
 * the engine drains or is closed, {@link dev.langchain4j.exception.ModelNotFoundException} if a deferred engine could not load
 * its model, {@link dev.langchain4j.exception.InternalServerException} if the engine failed.
 *
 * <p>Safe for concurrent use.
 */
public final class GlimpseChatModel implements ChatModel {

    private final ModelView view;

    private GlimpseChatModel(ModelView view) {
        this.view = view;
    }

    /** Starts a model; the one thing it needs is {@link Builder#model}. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        CancellationSignal signal = CurrentSignal.get();
        try (Arrival arrival = view.model().arrive(signal)) {
            RequestTrace trace = view.begin();
            ChatResponse response;
            try {
                MappedRequest mapped = view.requests().map(request, arrival);
                arrival.ready();
                GenerationResult result = GenerationThreads.await(
                        view.executor(),
                        arrival,
                        signal,
                        new Answer(view.model(), mapped.request(), arrival, trace)::make);
                response = view.responses()
                        .map(result, request.parameters(), new CallIds(request.messages()), mapped.warnings());
                tell(trace, response);
                trace.onAnswer(result);
            } catch (RuntimeException | Error e) {
                throw view.refused(trace, e);
            }
            view.ended(RequestOutcome.ANSWERED);
            return response;
        }
    }

    /** Tells of the calls of an answer. */
    static void tell(RequestTrace trace, ChatResponse response) {
        if (response.metadata() instanceof GlimpseChatResponseMetadata metadata
                && !metadata.calls().isEmpty()) {
            trace.onCalls(metadata.calls());
        }
    }

    /** An answer that nobody reads while it is made: made by one thread, its stages are followed. */
    private record Answer(LoadedModel model, GenerationRequest request, Arrival arrival, RequestTrace trace)
            implements GenerationListener {

        GenerationResult make() {
            RequestTrace.Binding bound = trace.bind();
            try {
                return model.answer(request, this, arrival);
            } finally {
                bound.close();
            }
        }

        @Override
        public void onText(String text) {}

        @Override
        public void onStage(Stage stage) {
            trace.onStage(stage);
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

    /**
     * Fields of an answer type with values that the model was not trained to write as JSON, each with its type, such as {@code
     * 'lines' (array)}. Empty where the model's folder declares no limit, and before the model is loaded.
     *
     * @param schema of the type, as {@code JsonSchemas.jsonSchemaFrom(type)} makes it
     */
    public List<String> untrainedFields(JsonSchema schema) {
        return view.requests().untrained(schema);
    }

    @Override
    public String toString() {
        return "GlimpseChatModel[" + view.model() + "]";
    }

    /** Collects what a model is made of. */
    public static final class Builder extends ModelBuilder<GlimpseChatModel, Builder> {

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        @Override
        GlimpseChatModel of(ModelView view) {
            return new GlimpseChatModel(view);
        }
    }
}
