package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.output.TokenUsage;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.chat.RequestOutcome;
import io.github.glimpse.chat.RequestOutcomeListener;
import io.github.glimpse.generate.CanaryUse;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.generate.VisionCacheUse;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.spring.autoconfigure.GlimpseMeter.Stage;
import io.github.glimpse.spring.autoconfigure.GlimpseMeter.Tag;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.time.Duration;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Fills the {@link GlimpseMeter}s. Each request ends in exactly one {@link RequestOutcome}, which {@code glimpse.requests} counts.
 * {@code gen_ai.server.request.duration} and {@code glimpse.requests.rejected} come from LangChain4j's callbacks, which say
 * nothing of a stream that its handler cancels.
 *
 * <p>The model is tagged by the engine's name, never by the one that a request asks for. Safe for concurrent use.
 */
final class GlimpseMeters implements RequestOutcomeListener {

    private static final String START = GlimpseMeters.class.getName() + ".start";
    private static final String PROVIDER = "glimpse";
    private static final String OPERATION = "chat";
    private static final String NO_ERROR = "none";

    private final MeterRegistry registry;
    private final Tags model;
    private final Tags genAi;

    /** Registers the gauges and the figures of the cache; the rest appears with the first request. */
    GlimpseMeters(MeterRegistry registry, LoadedModel engine) {
        this.registry = registry;
        this.model = Tags.of(Tag.MODEL.key(), engine.name());
        this.genAi = Tags.of(
                Tag.PROVIDER.key(), PROVIDER, Tag.OPERATION.key(), OPERATION, Tag.REQUEST_MODEL.key(), engine.name());
        gauge(GlimpseMeter.QUEUE_DEPTH, engine, null, LoadedModel::queuedRequests);
        gauge(GlimpseMeter.REQUESTS_ACTIVE, engine, null, LoadedModel::activeRequests);
        gauge(GlimpseMeter.CACHE_SIZE, engine, BaseUnits.BYTES, model -> model.visionCacheUse()
                .bytes());
        cache(engine, "hit", VisionCacheUse::hits);
        cache(engine, "miss", VisionCacheUse::misses);
        canary(engine, GlimpseMeter.CANARY, Tag.COMPARISON, "agreed", CanaryUse::agreed);
        canary(engine, GlimpseMeter.CANARY, Tag.COMPARISON, "differed", use -> use.answered() - use.agreed());
        canary(engine, GlimpseMeter.CANARY, Tag.COMPARISON, "skipped", CanaryUse::skipped);
        canary(engine, GlimpseMeter.CANARY, Tag.COMPARISON, "abandoned", CanaryUse::abandoned);
        canary(engine, GlimpseMeter.CANARY, Tag.COMPARISON, "failed", CanaryUse::failed);
        canary(engine, GlimpseMeter.CANARY_FIRST_TOKEN, Tag.AGREEMENT, "agreed", CanaryUse::firstTokenAgreed);
        canary(
                engine,
                GlimpseMeter.CANARY_FIRST_TOKEN,
                Tag.AGREEMENT,
                "differed",
                use -> use.answered() - use.firstTokenAgreed());
    }

    @Override
    public void onOutcome(RequestOutcome outcome) {
        Counter.builder(GlimpseMeter.REQUESTS.meterName())
                .description(GlimpseMeter.REQUESTS.sentence())
                .tags(model.and(Tag.OUTCOME.key(), outcome.label()))
                .register(registry)
                .increment();
    }

    @Override
    public void onRequest(ChatModelRequestContext context) {
        context.attributes().put(START, System.nanoTime());
    }

    @Override
    public void onResponse(ChatModelResponseContext context) {
        request(context.attributes(), NO_ERROR);
        if (context.chatResponse().metadata() instanceof GlimpseChatResponseMetadata metadata) {
            images(metadata.pruning());
            stages(metadata.pruning(), metadata.timings());
            tokens(metadata.timings(), metadata.tokenUsage());
        }
    }

    @Override
    public void onError(ChatModelErrorContext context) {
        Throwable error = context.error();
        request(context.attributes(), error.getClass().getName());
        Rejection.of(error).ifPresent(reason -> Counter.builder(GlimpseMeter.REQUESTS_REJECTED.meterName())
                .description(GlimpseMeter.REQUESTS_REJECTED.sentence())
                .tags(model.and(Tag.REASON.key(), reason.label()))
                .register(registry)
                .increment());
    }

    private void request(Map<Object, Object> attributes, String error) {
        if (attributes.get(START) instanceof Long start) {
            time(
                    GlimpseMeter.REQUEST_DURATION,
                    genAi.and(Tag.ERROR.key(), error),
                    Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private void images(PruningReport pruning) {
        if (pruning.imageTokens() > 0) {
            Tags tags = model.and(Tag.STRATEGY.key(), pruning.strategy());
            String stage = Tag.TOKEN_STAGE.key();
            summarize(GlimpseMeter.IMAGE_TOKENS, tags.and(stage, "in"), pruning.imageTokens());
            summarize(GlimpseMeter.IMAGE_TOKENS, tags.and(stage, "kept"), pruning.keptTokens());
            summarize(GlimpseMeter.RETENTION, tags, pruning.retention());
            trust(pruning, tags);
        }
    }

    private void trust(PruningReport pruning, Tags tags) {
        Double confidence = pruning.confidence();
        if (confidence != null) {
            summarize(GlimpseMeter.CONFIDENCE, tags, confidence);
        }
        if (!pruning.steps().isEmpty()) {
            Counter.builder(GlimpseMeter.GUARD.meterName())
                    .description(GlimpseMeter.GUARD.sentence())
                    .tags(tags.and(Tag.ACTION.key(), pruning.guard().action().label()))
                    .register(registry)
                    .increment();
        }
    }

    private void stages(PruningReport pruning, StageTimings timings) {
        stage(Stage.WAIT, timings.waiting());
        if (pruning.imageTokens() > 0) {
            stage(Stage.DECODE, timings.images());
            stage(Stage.VISION, timings.vision());
        }
        stage(Stage.PREFILL, timings.prefillBeforeCut().plus(timings.prefillAfterCut()));
        if (pruning.at() != null) {
            stage(Stage.PRUNE, timings.pruning());
        }
        stage(Stage.GENERATE, timings.decoding());
    }

    private void stage(Stage stage, Duration duration) {
        time(GlimpseMeter.STAGE_DURATION, model.and(Tag.STAGE.key(), stage.label()), duration);
    }

    private void tokens(StageTimings timings, TokenUsage usage) {
        time(GlimpseMeter.TIME_TO_FIRST_TOKEN, genAi, timings.waiting().plus(timings.toFirstToken()));
        int tokens = usage.outputTokenCount();
        if (tokens > 1) {
            time(GlimpseMeter.TIME_PER_OUTPUT_TOKEN, genAi, timings.decoding().dividedBy(tokens - 1L));
        }
    }

    private void time(GlimpseMeter meter, Tags tags, Duration duration) {
        Timer.builder(meter.meterName())
                .description(meter.sentence())
                .tags(tags)
                .register(registry)
                .record(duration);
    }

    private void summarize(GlimpseMeter meter, Tags tags, double value) {
        DistributionSummary.builder(meter.meterName())
                .description(meter.sentence())
                .tags(tags)
                .register(registry)
                .record(value);
    }

    /** The cache counts itself: pictures are looked up in the engine, out of sight of the callbacks. */
    private void cache(LoadedModel engine, String result, ToDoubleFunction<VisionCacheUse> pictures) {
        FunctionCounter.builder(
                        GlimpseMeter.CACHE_REQUESTS.meterName(),
                        engine,
                        counted -> pictures.applyAsDouble(counted.visionCacheUse()))
                .description(GlimpseMeter.CACHE_REQUESTS.sentence())
                .tags(model.and(Tag.RESULT.key(), result))
                .register(registry);
    }

    /** The canary counts itself: nobody asks for its answers. */
    private void canary(
            LoadedModel engine, GlimpseMeter meter, Tag tag, String value, ToDoubleFunction<CanaryUse> answers) {
        FunctionCounter.builder(meter.meterName(), engine, counted -> answers.applyAsDouble(counted.canaryUse()))
                .description(meter.sentence())
                .tags(model.and(tag.key(), value))
                .register(registry);
    }

    private void gauge(
            GlimpseMeter meter, LoadedModel engine, @Nullable String unit, ToDoubleFunction<LoadedModel> value) {
        Gauge.builder(meter.meterName(), engine, value)
                .description(meter.sentence())
                .tags(model)
                .baseUnit(unit)
                .register(registry);
    }
}
