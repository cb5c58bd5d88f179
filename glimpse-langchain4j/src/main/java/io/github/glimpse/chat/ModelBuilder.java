package io.github.glimpse.chat;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.request.ImageUrlOptions;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a chat model and a streaming one are made of.
 *
 * @param <M> the model
 * @param <B> its builder
 */
abstract sealed class ModelBuilder<M, B extends ModelBuilder<M, B>>
        permits GlimpseChatModel.Builder, GlimpseStreamingChatModel.Builder {

    private @Nullable LoadedModel model;
    private @Nullable ChatRequestParameters defaults;
    private List<ChatModelListener> listeners = List.of();
    private @Nullable Executor executor;
    private ImageUrlOptions imageUrls = ImageUrlOptions.defaults();
    private @Nullable String systemMessage;
    private ToolOptions tools = ToolOptions.DEFAULT;
    private StructuredOptions structured = StructuredOptions.defaults();
    private RequestTracer tracer = RequestTracer.NONE;
    private @Nullable Boolean returnThinking;
    private @Nullable Boolean sendThinking;

    ModelBuilder() {}

    abstract B self();

    abstract M of(ModelView view);

    /** The engine. Required; stays the caller's to close. */
    public B model(LoadedModel value) {
        model = value;
        return self();
    }

    /** For requests that do not say otherwise; common parameters or {@link GlimpseChatRequestParameters}. */
    public B defaultRequestParameters(@Nullable ChatRequestParameters value) {
        defaults = value;
        return self();
    }

    /** Hear of requests, answers and errors; a {@link RequestOutcomeListener} also of how each request ended. */
    public B listeners(List<ChatModelListener> value) {
        listeners = value;
        return self();
    }

    /**
     * Runs the requests, on platform threads other than those of a streaming model's callers; unset is a pool of daemon threads of the
     * model's own.
     */
    public B executor(@Nullable Executor value) {
        executor = value;
        return self();
    }

    /** Whether pictures are fetched by URL; unset refuses URLs. */
    public B imageUrls(ImageUrlOptions value) {
        imageUrls = value;
        return self();
    }

    /**
     * Stands before the messages of a request that has no system message; unset leaves that to the model's chat template.
     * Listeners see requests without it.
     */
    public B systemMessage(@Nullable String value) {
        systemMessage = value;
        return self();
    }

    /** What becomes of tools; unset is {@link ToolsMode#AUTO}. */
    public B tools(ToolsMode value) {
        return tools(ToolOptions.of(value));
    }

    /** How tools are offered and called; unset is {@link ToolOptions#DEFAULT}. */
    public B tools(ToolOptions value) {
        tools = value;
        return self();
    }

    /** How answers are kept to a form; unset are the defaults. */
    public B structured(StructuredOptions value) {
        structured = value;
        return self();
    }

    /**
     * Whether answers of requests that do not say otherwise carry the model's thought, as {@code AiMessage.thinking()} and in
     * {@code onPartialThinking}; unset is true.
     */
    public B returnThinking(@Nullable Boolean value) {
        returnThinking = value;
        return self();
    }

    /** Whether requests that do not say otherwise give earlier {@code AiMessage.thinking()} to the chat template; unset is true. */
    public B sendThinking(@Nullable Boolean value) {
        sendThinking = value;
        return self();
    }

    /** Follows each request over its threads and stages; unset is nobody. */
    public B tracer(RequestTracer value) {
        tracer = value;
        return self();
    }

    /**
     * The model.
     *
     * @throws NullPointerException without {@link #model}
     * @throws dev.langchain4j.exception.LangChain4jException if no request with the default parameters can work, as the
     *     request itself would be refused
     */
    public M build() {
        GlimpseChatRequestParameters thinking = GlimpseChatRequestParameters.builder()
                .returnThinking(returnThinking)
                .sendThinking(sendThinking)
                .build();
        return of(ModelView.of(
                model,
                defaults == null ? thinking : thinking.overrideWith(defaults),
                listeners,
                executor,
                imageUrls,
                systemMessage,
                tools,
                structured,
                tracer));
    }
}
