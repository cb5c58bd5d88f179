package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.chat.RequestOutcome;
import io.github.glimpse.serve.ModelEngine;
import io.github.glimpse.spring.autoconfigure.GlimpseMeter.Tag;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes the meters of one model, whatever it is asked for. The model is tagged by the engine's name, never by the one that a
 * request asks for. Safe for concurrent use.
 */
final class ModelMeters {

    static final String CHAT = "chat";
    static final String EMBEDDINGS = "embeddings";
    static final String SCORE = "score";

    private static final String PROVIDER = "glimpse";
    private static final String NO_ERROR = "none";

    private final MeterRegistry registry;
    private final Tags model;
    private final Tags genAi;

    /** Registers the gauges of the queue; the rest appears with the first request. */
    ModelMeters(MeterRegistry registry, ModelEngine engine, String operation) {
        this.registry = registry;
        this.model = Tags.of(Tag.MODEL.key(), engine.name(), Tag.TASK.key(), operation);
        this.genAi = Tags.of(
                Tag.PROVIDER.key(), PROVIDER, Tag.OPERATION.key(), operation, Tag.REQUEST_MODEL.key(), engine.name());
        gauge(GlimpseMeter.QUEUE_DEPTH, engine, null, ModelEngine::queuedRequests);
        gauge(GlimpseMeter.REQUESTS_ACTIVE, engine, null, ModelEngine::activeRequests);
    }

    /** The tags of the model. */
    Tags model() {
        return model;
    }

    /** The tags of OpenTelemetry's conventions. */
    Tags genAi() {
        return genAi;
    }

    /** A request ended. */
    void ended(RequestOutcome outcome) {
        count(GlimpseMeter.REQUESTS, model.and(Tag.OUTCOME.key(), outcome.label()), 1);
    }

    /** A request was answered within a time. */
    void answered(Duration duration) {
        took(duration, NO_ERROR);
    }

    /** A request was refused or failed within a time. */
    void failed(Throwable error, Duration duration) {
        took(duration, error.getClass().getName());
        rejected(error);
    }

    /** Counts a request that was refused. */
    void rejected(Throwable error) {
        Rejection.of(error)
                .ifPresent(reason ->
                        count(GlimpseMeter.REQUESTS_REJECTED, model.and(Tag.REASON.key(), reason.label()), 1));
    }

    private void took(Duration duration, String error) {
        time(GlimpseMeter.REQUEST_DURATION, genAi.and(Tag.ERROR.key(), error), duration);
    }

    /** What was kept of the pictures of a request. */
    void images(KeptImages images) {
        Tags tags = model.and(Tag.STRATEGY.key(), images.strategy());
        summarize(GlimpseMeter.IMAGE_TOKENS, tags.and(Tag.TOKEN_STAGE.key(), "in"), images.tokens());
        summarize(GlimpseMeter.IMAGE_TOKENS, tags.and(Tag.TOKEN_STAGE.key(), "kept"), images.kept());
        summarize(GlimpseMeter.RETENTION, tags, images.kept() / images.tokens());
    }

    /** What an answered request brought along. */
    void inputs(int images, int texts) {
        count(GlimpseMeter.INPUTS, model.and(Tag.KIND.key(), "image"), images);
        count(GlimpseMeter.INPUTS, model.and(Tag.KIND.key(), "text"), texts);
    }

    void count(GlimpseMeter meter, Tags tags, double amount) {
        Counter.builder(meter.meterName())
                .description(meter.sentence())
                .tags(tags)
                .register(registry)
                .increment(amount);
    }

    void time(GlimpseMeter meter, Tags tags, Duration duration) {
        Timer.builder(meter.meterName())
                .description(meter.sentence())
                .tags(tags)
                .register(registry)
                .record(duration);
    }

    void summarize(GlimpseMeter meter, Tags tags, double value) {
        DistributionSummary.builder(meter.meterName())
                .description(meter.sentence())
                .tags(tags)
                .register(registry)
                .record(value);
    }

    <E> void gauge(GlimpseMeter meter, E engine, @Nullable String unit, ToDoubleFunction<E> value) {
        Gauge.builder(meter.meterName(), engine, value)
                .description(meter.sentence())
                .tags(model)
                .baseUnit(unit)
                .register(registry);
    }

    /** What the engine counts itself. */
    <E> void counted(GlimpseMeter meter, Tags tags, E engine, ToDoubleFunction<E> value) {
        FunctionCounter.builder(meter.meterName(), engine, value)
                .description(meter.sentence())
                .tags(tags)
                .register(registry);
    }
}
