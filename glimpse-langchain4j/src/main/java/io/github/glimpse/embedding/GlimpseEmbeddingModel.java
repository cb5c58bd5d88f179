package io.github.glimpse.embedding;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.request.CurrentSignal;
import io.github.glimpse.request.ErrorMapper;
import io.github.glimpse.request.GenerationThreads;
import io.github.glimpse.request.GlimpseTokenUsage;
import io.github.glimpse.request.ImageBytes;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.serve.Arrival;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * LangChain4j's embedding model for texts and pictures in one space. A plain view of one {@link EmbeddingEngine}: it owns nothing
 * and needs no closing; whoever loaded the engine closes that.
 *
 * <pre>{@code
 * EmbeddingModel model = GlimpseEmbeddingModel.builder().engine(engine).build();
 * Embedding picture = model.embed(EmbeddingRequest.builder()
 *         .input(ImageContent.from(base64, "image/jpeg"))
 *         .build()).embeddings().get(0);
 * Embedding question = model.embed("a red car in the snow").content();
 * }</pre>
 *
 * <p>An input is a text or one picture; both in one input are refused, and so are the parameters {@code dimensions} and {@code
 * inputType}, with {@link UnsupportedFeatureException}. Texts that are longer than the model takes are cut off. Vectors have length
 * 1. Requests run on platform threads of their own; the caller waits and may be a virtual thread. Errors are those of
 * {@link io.github.glimpse.chat.GlimpseChatModel}. Safe for concurrent use.
 */
public final class GlimpseEmbeddingModel implements EmbeddingModel {

    /** Prunes the pictures of one request in another way than the engine's options say. */
    public static final EmbeddingParameter<PruningOptions> PRUNING =
            new EmbeddingParameter<>("pruning", PruningOptions.class);

    private final EmbeddingEngine engine;
    private final List<EmbeddingModelListener> listeners;
    private final Executor executor;
    private final ImageBytes images;

    private GlimpseEmbeddingModel(
            EmbeddingEngine engine, List<EmbeddingModelListener> listeners, Executor executor, ImageBytes images) {
        this.engine = engine;
        this.listeners = listeners;
        this.executor = executor;
        this.images = images;
    }

    /** Starts a model; the one thing it needs is {@link Builder#engine}. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public EmbeddingResponse embed(EmbeddingRequest request) {
        return new Checked(this::doEmbed).embed(request);
    }

    /**
     * Vectors of any number of texts: a whole ingestion, for instance. More than the engine takes in a request
     * ({@link EmbeddingOptions#maxInputs()}) go to it as several, one after the other, each with a place and a time limit of its own,
     * so that others get their turn between them. Listeners hear of one request.
     *
     * @throws LangChain4jException if one of the requests fails; there are no vectors then
     */
    @Override
    public Response<List<Embedding>> embedAll(@Nullable List<TextSegment> segments) {
        if (segments == null || segments.size() <= engine.options().maxInputs()) {
            return EmbeddingModel.super.embedAll(segments);
        }
        EmbeddingResponse response = new Checked(this::inParts)
                .embed(EmbeddingRequest.builder().textSegments(segments).build());
        return Response.from(response.embeddings(), response.metadata().tokenUsage());
    }

    /** Texts only, so there is no report of pictures to join. */
    private EmbeddingResponse inParts(EmbeddingRequest request) {
        List<EmbeddingInput> inputs = request.inputs();
        int most = engine.options().maxInputs();
        List<Embedding> embeddings = new ArrayList<>();
        TokenUsage usage = new GlimpseTokenUsage(0, 0, 0, 0);
        for (int from = 0; from < inputs.size(); from += most) {
            EmbeddingResponse part = doEmbed(EmbeddingRequest.builder()
                    .inputs(inputs.subList(from, Math.min(inputs.size(), from + most)))
                    .parameters(request.parameters())
                    .build());
            embeddings.addAll(part.embeddings());
            usage = usage.add(part.metadata().tokenUsage());
        }
        return EmbeddingResponse.builder()
                .embeddings(embeddings)
                .metadata(GlimpseEmbeddingResponseMetadata.builder()
                        .modelName(engine.name())
                        .tokenUsage(usage)
                        .pruning(new PatchReport(engine.label(), List.of()))
                        .build())
                .build();
    }

    /** Lets LangChain4j check parameters and kinds of content, and then tells the listeners, which it could not for pictures. */
    private final class Checked implements EmbeddingModel {

        private final Function<EmbeddingRequest, EmbeddingResponse> answer;

        Checked(Function<EmbeddingRequest, EmbeddingResponse> answer) {
            this.answer = answer;
        }

        @Override
        public EmbeddingResponse doEmbed(EmbeddingRequest request) {
            ListenerCalls calls = new ListenerCalls(GlimpseEmbeddingModel.this, request, listeners);
            calls.onRequest();
            EmbeddingResponse response;
            try {
                response = answer.apply(request);
            } catch (RuntimeException e) {
                calls.onError(e);
                throw e;
            }
            calls.onResponse(response);
            return response;
        }

        @Override
        public Set<EmbeddingParameter<?>> supportedParameters() {
            return GlimpseEmbeddingModel.this.supportedParameters();
        }

        @Override
        public Set<ContentType> supportedContentTypes() {
            return GlimpseEmbeddingModel.this.supportedContentTypes();
        }
    }

    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        String name = request.modelName();
        if (name != null && !name.equals(engine.name())) {
            throw new UnsupportedFeatureException(
                    "The modelName '" + name + "' is not supported: this instance serves '" + engine.name()
                            + "' only; leave it out or load that model too");
        }
        PruningOptions pruning = request.parameters().parameter(PRUNING);
        CancellationSignal signal = CurrentSignal.get();
        try (Arrival arrival = engine.arrive(signal)) {
            EmbeddingInputs inputs = read(request, arrival);
            arrival.ready();
            return GenerationThreads.await(executor, arrival, signal, () -> answer(inputs, pruning, arrival));
        }
    }

    private EmbeddingInputs read(EmbeddingRequest request, Arrival arrival) {
        try {
            return EmbeddingInputs.of(request.inputs(), engine.options().maxInputs(), images, arrival);
        } catch (RuntimeException | OutOfMemoryError e) {
            throw ErrorMapper.failure(e);
        }
    }

    private EmbeddingResponse answer(EmbeddingInputs inputs, @Nullable PruningOptions pruning, Arrival arrival) {
        EmbeddingEngine.Both vectors = engine.embed(inputs.texts(), inputs.images(), pruning, arrival);
        PatchReport report = vectors.images().report();
        return EmbeddingResponse.builder()
                .embeddings(inputs.ordered(vectors))
                .metadata(GlimpseEmbeddingResponseMetadata.builder()
                        .modelName(engine.name())
                        .tokenUsage(new GlimpseTokenUsage(
                                vectors.texts().tokens() + report.patches(),
                                0,
                                report.patches(),
                                report.patches() - report.keptPatches()))
                        .pruning(report)
                        .build())
                .build();
    }

    /** {@code modelName}, which may only be this model's, and {@link #PRUNING}. */
    @Override
    public Set<EmbeddingParameter<?>> supportedParameters() {
        return Set.of(EmbeddingRequestParameters.MODEL_NAME, PRUNING);
    }

    @Override
    public Set<ContentType> supportedContentTypes() {
        return Set.of(ContentType.TEXT, ContentType.IMAGE);
    }

    /**
     * Numbers of a vector.
     *
     * @throws LangChain4jException if the engine is closed
     */
    @Override
    public int dimension() {
        try {
            return engine.dimension();
        } catch (RuntimeException e) {
            throw ErrorMapper.failure(e);
        }
    }

    @Override
    public String modelName() {
        return engine.name();
    }

    @Override
    public List<EmbeddingModelListener> listeners() {
        return listeners;
    }

    /** The same model with more listeners; it has the same engine. */
    @Override
    public EmbeddingModel addListeners(@Nullable List<EmbeddingModelListener> more) {
        if (more == null || more.isEmpty()) {
            return this;
        }
        List<EmbeddingModelListener> all = new ArrayList<>(listeners);
        all.addAll(more);
        return new GlimpseEmbeddingModel(engine, List.copyOf(all), executor, images);
    }

    /** {@link ModelProvider#OTHER}: LangChain4j's list is closed. */
    @Override
    public ModelProvider provider() {
        return ModelProvider.OTHER;
    }

    @Override
    public String toString() {
        return "GlimpseEmbeddingModel[" + engine + "]";
    }

    /** Collects what a model is made of. */
    public static final class Builder {

        private @Nullable EmbeddingEngine engine;
        private List<EmbeddingModelListener> listeners = List.of();
        private @Nullable Executor executor;
        private ImageUrlOptions imageUrls = ImageUrlOptions.defaults();

        private Builder() {}

        /** The engine. Required; stays the caller's to close. */
        public Builder engine(EmbeddingEngine value) {
            engine = value;
            return this;
        }

        /** Hear of requests, answers and errors, pictures included. */
        public Builder listeners(List<EmbeddingModelListener> value) {
            listeners = value;
            return this;
        }

        /** Runs the requests, on platform threads; unset is a pool of daemon threads of the model's own. */
        public Builder executor(@Nullable Executor value) {
            executor = value;
            return this;
        }

        /** Whether pictures are fetched by URL; unset refuses URLs. */
        public Builder imageUrls(ImageUrlOptions value) {
            imageUrls = value;
            return this;
        }

        /**
         * The model.
         *
         * @throws NullPointerException without {@link #engine}
         */
        public GlimpseEmbeddingModel build() {
            EmbeddingEngine loaded =
                    Objects.requireNonNull(engine, "engine: load one with EmbeddingEngine.load(options)");
            EmbeddingOptions options = loaded.options();
            return new GlimpseEmbeddingModel(
                    loaded,
                    List.copyOf(listeners),
                    executor == null ? GenerationThreads.of(options.maxRunning(), options.maxQueued()) : executor,
                    new ImageBytes(options.imageLimits().maxBytes(), imageUrls));
        }
    }
}
