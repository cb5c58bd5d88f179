package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.chat.RequestOutcome;
import io.github.glimpse.chat.ToolCallReport;
import io.github.glimpse.generate.FinishReason;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.spring.autoconfigure.GlimpseMeter.Tag;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The observation of one request to any of the models, begun on its caller's thread, whose current observation is the parent. Who
 * begins it says once how the request ended, and then stops it.
 */
final class ObservedCall {

    private static final Observation.Event CANCELLED = Observation.Event.of("glimpse.cancelled", "cancelled");

    private final ObservationRegistry registry;
    private final String model;
    private final Observation observation;

    private ObservedCall(ObservationRegistry registry, GlimpseObservation kind, String operation, String model) {
        this.registry = registry;
        this.model = model;
        this.observation = observation(kind, operation + " " + model)
                // Until something has pruned; refused requests keep it.
                .lowCardinalityKeyValue(Tag.STRATEGY.key(), PruningOptions.NONE);
    }

    /**
     * Begins.
     *
     * @param operation the tag of the same request in {@link ModelMeters}
     * @param model name of the engine, never the one that a request asks for
     */
    static ObservedCall start(ObservationRegistry registry, GlimpseObservation kind, String operation, String model) {
        ObservedCall call = new ObservedCall(registry, kind, operation, model);
        call.observation.start();
        return call;
    }

    private Observation observation(GlimpseObservation kind, String contextualName) {
        return Observation.createNotStarted(kind.observationName(), registry)
                .contextualName(contextualName)
                .lowCardinalityKeyValue(Tag.MODEL.key(), model);
    }

    /** Begins a stage, which its receiver stops. */
    Observation startStage(GlimpseMeter.Stage stage) {
        return observation(GlimpseObservation.STAGE, stage.label())
                .lowCardinalityKeyValue(Tag.STAGE.key(), stage.label())
                .parentObservation(observation)
                .start();
    }

    /** Makes it current on this thread. */
    Observation.Scope openScope() {
        return observation.openScope();
    }

    /** The request is answered. */
    void answered(KeptImages images) {
        observation
                .lowCardinalityKeyValue(Tag.STRATEGY.key(), images.strategy())
                .highCardinalityKeyValue("glimpse.image.tokens", String.valueOf(images.tokens()))
                .highCardinalityKeyValue("glimpse.kept.tokens", String.valueOf(Math.round(images.kept())));
    }

    /** Tokens that the answered request brought along, image tokens included. */
    void input(int tokens) {
        observation.highCardinalityKeyValue("gen_ai.usage.input_tokens", String.valueOf(tokens));
    }

    /** Tokens of its answer. */
    void output(int tokens) {
        observation.highCardinalityKeyValue("gen_ai.usage.output_tokens", String.valueOf(tokens));
    }

    /** Why an answer ended, in OpenTelemetry's words. */
    void finished(FinishReason reason) {
        observation.highCardinalityKeyValue(
                "gen_ai.response.finish_reasons", reason.name().toLowerCase(Locale.ROOT));
    }

    /** Tools that the answer calls, in order: their executions are the application's and have the same ids. */
    void calls(List<ToolCallReport> calls) {
        observation
                .highCardinalityKeyValue("gen_ai.tool.name", joined(calls, ToolCallReport::name))
                .highCardinalityKeyValue("gen_ai.tool.call.id", joined(calls, ToolCallReport::id));
    }

    private static String joined(List<ToolCallReport> calls, Function<ToolCallReport, String> value) {
        return calls.stream().map(value).collect(Collectors.joining(","));
    }

    /** The request ended with what its caller gets; its interruption is no error. */
    void failed(Throwable error) {
        if (RequestOutcome.of(error) == RequestOutcome.CANCELLED) {
            cancelled();
        } else {
            observation.error(error);
        }
    }

    /** Its caller did not want it any more. */
    void cancelled() {
        observation.event(CANCELLED);
    }

    /** Ends it; no scope may be open. */
    void stop() {
        observation.stop();
    }
}
