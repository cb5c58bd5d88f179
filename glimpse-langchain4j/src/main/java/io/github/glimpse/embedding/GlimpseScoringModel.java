package io.github.glimpse.embedding;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.ImageTextMatch;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.request.ErrorMapper;
import io.github.glimpse.request.GenerationThreads;
import io.github.glimpse.serve.Arrival;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * LangChain4j's scoring model on a model for image-text matching (BLIP): tells how well a text fits a picture, from 0 to 1, or
 * compares both as vectors, from -1 to 1. For ranking pictures by a text, as {@code ReRankingContentAggregator} does, a
 * {@linkplain Builder#pictures function} says which picture a segment stands for; for ranking texts by a picture there is {@link
 * #scoreAll(byte[], List)}.
 *
 * <pre>{@code
 * ScoringModel scorer = GlimpseScoringModel.builder()
 *     .model(blip)
 *     .pictures(segment -> store.load(segment.metadata().getString("picture")))
 *     .build();
 * }</pre>
 *
 * <p>The response's metadata has what pruning kept under {@link #PRUNING}, one {@link PruningReport} per score. Requests run
 * on platform threads of their own; the caller waits and may be a virtual thread. A view of one {@link LoadedModel}: it owns nothing
 * and needs no closing. Safe for concurrent use.
 */
public final class GlimpseScoringModel implements ScoringModel {

    /** The key of the reports in a response's metadata. */
    public static final String PRUNING = "pruning";

    /** What a score is. */
    public enum Score {
        /** The probability that the text fits: the text looks at the picture. Slower and better. */
        MATCH,
        /** The cosine of picture and text, encoded apart. */
        SIMILARITY
    }

    private static final Logger LOG = LoggerFactory.getLogger(GlimpseScoringModel.class);

    private final LoadedModel model;
    private final Executor executor;
    private final List<ScoringListener> listeners;
    private final Score score;
    private final PruningOptions pruning;
    private final @Nullable SegmentPictures pictures;

    private GlimpseScoringModel(Builder builder) {
        this.model = Objects.requireNonNull(builder.model, "model: load one with LoadedModel.load(options)");
        this.executor = builder.executor == null ? GenerationThreads.of(model) : builder.executor;
        this.listeners = List.copyOf(builder.listeners);
        this.score = builder.score;
        this.pruning = builder.pruning;
        this.pictures = builder.pictures;
        refusable(() -> {
            model.checkMatching();
            model.check(pruning);
            return model;
        });
    }

    /** Starts a model; the one thing it needs is {@link Builder#model}. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * How well a text fits the picture of each segment. Each is a request to the engine of its own, one after the other, so there may
     * be any number.
     *
     * @throws UnsupportedFeatureException without {@link Builder#pictures}: a text has no picture to fit
     * @throws dev.langchain4j.exception.LangChain4jException if a picture cannot be read, the text is too long, or the engine
     *     fails
     */
    @Override
    public Response<List<Double>> scoreAll(List<TextSegment> segments, String query) {
        if (pictures == null) {
            throw new UnsupportedFeatureException(
                    "This model scores texts against images; say with pictures(…) which image"
                            + " a segment stands for, or use scoreAll(picture, texts)");
        }
        List<ImageTextMatch> matches = new ArrayList<>();
        CancellationSignal signal = new CancellationSignal();
        // One time for all segments; the turns of each come one after the other.
        try (Arrival first = model.arrive(signal)) {
            for (TextSegment segment : segments) {
                byte[] picture = Objects.requireNonNull(pictures.of(segment), "pictures gave null for a segment");
                try (Arrival arrival = model.arrive(signal, first)) {
                    matches.addAll(match(picture, List.of(query), arrival, signal));
                }
            }
        }
        return response(matches);
    }

    /**
     * How well each of some texts fits a picture, which is looked at once.
     *
     * @param picture bytes of a picture file
     * @throws dev.langchain4j.exception.LangChain4jException if the picture cannot be read, a text is too long, there are more than
     *     {@link EngineOptions#maxTexts()}, or the engine fails
     */
    public Response<List<Double>> scoreAll(byte[] picture, List<String> texts) {
        return response(match(picture, texts));
    }

    /** Like {@link #scoreAll(byte[], List)}, with everything that is known of each pair. */
    public List<ImageTextMatch> match(byte[] picture, List<String> texts) {
        if (texts.isEmpty()) {
            return List.of();
        }
        CancellationSignal signal = new CancellationSignal();
        try (Arrival arrival = model.arrive(signal)) {
            return match(picture, texts, arrival, signal);
        }
    }

    private List<ImageTextMatch> match(byte[] picture, List<String> texts, Arrival arrival, CancellationSignal signal) {
        arrival.ready();
        return heard(() -> GenerationThreads.await(
                executor, arrival, signal, () -> refusable(() -> model.match(picture, texts, pruning, arrival))));
    }

    /** Tells the listeners of a request, and how it ended. */
    private List<ImageTextMatch> heard(Supplier<List<ImageTextMatch>> work) {
        long start = System.nanoTime();
        List<ScoringListener> hearing =
                listeners.stream().map(GlimpseScoringModel::begun).toList();
        List<ImageTextMatch> matches;
        try {
            matches = work.get();
        } catch (LangChain4jException e) {
            tell(hearing, listener -> listener.onError(e, Duration.ofNanos(System.nanoTime() - start)));
            throw e;
        }
        tell(hearing, listener -> listener.onMatches(matches, Duration.ofNanos(System.nanoTime() - start)));
        return matches;
    }

    private static ScoringListener begun(ScoringListener listener) {
        try {
            return listener.onRequest();
        } catch (RuntimeException e) {
            ignored(e);
            return listener;
        }
    }

    private static void tell(List<ScoringListener> hearing, Consumer<ScoringListener> call) {
        for (ScoringListener listener : hearing) {
            try {
                call.accept(listener);
            } catch (RuntimeException e) {
                ignored(e);
            }
        }
    }

    private static void ignored(RuntimeException failure) {
        LOG.warn("A ScoringListener failed; the failure is ignored", failure);
    }

    private Response<List<Double>> response(List<ImageTextMatch> matches) {
        List<Double> scores = matches.stream()
                .map(match -> score == Score.MATCH ? match.probability() : match.similarity())
                .toList();
        Map<String, Object> metadata = new HashMap<>();
        metadata.put(PRUNING, matches.stream().map(ImageTextMatch::report).toList());
        return new Response<>(scores, null, null, metadata);
    }

    private static <T> T refusable(Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException | OutOfMemoryError e) {
            throw ErrorMapper.refusal(e);
        }
    }

    @Override
    public String toString() {
        return "GlimpseScoringModel[" + model + "]";
    }

    /** Collects what a model is made of. */
    public static final class Builder {

        private @Nullable LoadedModel model;
        private Score score = Score.MATCH;
        private PruningOptions pruning = PruningOptions.defaults();
        private @Nullable SegmentPictures pictures;
        private List<ScoringListener> listeners = List.of();
        private @Nullable Executor executor;

        private Builder() {}

        /** The engine. Required; stays the caller's to close. */
        public Builder model(LoadedModel value) {
            model = value;
            return this;
        }

        /** What a score is; unset is the probability of a match. */
        public Builder score(Score value) {
            score = value;
            return this;
        }

        /** What is said about pruning; unset is what the engine was loaded with. */
        public Builder pruning(PruningOptions value) {
            pruning = value;
            return this;
        }

        /** Hear of requests and how they ended. */
        public Builder listeners(List<ScoringListener> value) {
            listeners = value;
            return this;
        }

        /** Runs the requests, on platform threads; unset is a pool of daemon threads of the model's own. */
        public Builder executor(@Nullable Executor value) {
            executor = value;
            return this;
        }

        /** The bytes of the picture file that a segment stands for. */
        public Builder pictures(@Nullable SegmentPictures value) {
            pictures = value;
            return this;
        }

        /**
         * The model.
         *
         * @throws NullPointerException without {@link #model}
         * @throws dev.langchain4j.exception.LangChain4jException if the model does not match texts and pictures, or no request
         *     with this pruning can work
         */
        public GlimpseScoringModel build() {
            return new GlimpseScoringModel(this);
        }
    }
}
