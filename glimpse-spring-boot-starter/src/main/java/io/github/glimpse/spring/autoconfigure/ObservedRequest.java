package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.chat.RequestTrace;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.Stage;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.spring.autoconfigure.GlimpseMeter.Tag;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The observations of one request. Begun on the caller's thread, whose current observation is the parent; current on the
 * thread that generates, so that what a streaming handler does while the answer comes belongs to it; ended before the handler
 * hears of the end, so that a next request is no child of this one.
 *
 * <p>An interrupted caller may end it while the other thread is still at work: then it stops when that one lets go, since an
 * observation stops after its scopes.
 */
final class ObservedRequest implements RequestTrace {

    private static final Observation.Event CANCELLED = Observation.Event.of("glimpse.cancelled", "cancelled");

    private final ObservationRegistry registry;
    private final String model;
    private final GlimpseTracer.Depth depth;
    private final Supplier<Binding> callersContext;
    private final Observation chat;
    private @Nullable Observation stage;
    private Observation.@Nullable Scope scope;
    private @Nullable Thread bound;
    private boolean ended;

    ObservedRequest(
            ObservationRegistry registry, String model, GlimpseTracer.Depth depth, Supplier<Binding> callersContext) {
        this.registry = registry;
        this.model = model;
        this.depth = depth;
        this.callersContext = callersContext;
        this.chat = observation(GlimpseObservation.CHAT, "chat " + model)
                // Until something has pruned; refused requests keep it.
                .lowCardinalityKeyValue(Tag.STRATEGY.key(), PruningOptions.NONE)
                .start();
    }

    private Observation observation(GlimpseObservation kind, String contextualName) {
        return Observation.createNotStarted(kind.observationName(), registry)
                .contextualName(contextualName)
                .lowCardinalityKeyValue(Tag.MODEL.key(), model);
    }

    @Override
    public synchronized Binding bind() {
        Binding context = callersContext.get();
        if (!ended) {
            scope = chat.openScope();
            bound = Thread.currentThread();
        }
        return () -> {
            unbind();
            context.close();
        };
    }

    private synchronized void unbind() {
        if (scope != null) {
            closeScope();
            if (ended) {
                chat.stop();
            }
        }
    }

    private void closeScope() {
        if (scope != null) {
            scope.close();
            scope = null;
        }
    }

    @Override
    public synchronized void onStage(Stage next) {
        if (ended || depth == GlimpseTracer.Depth.REQUESTS) {
            return;
        }
        stopStage();
        String label = GlimpseMeter.Stage.of(next).label();
        stage = observation(GlimpseObservation.STAGE, label)
                .lowCardinalityKeyValue(Tag.STAGE.key(), label)
                .parentObservation(chat)
                .start();
    }

    private void stopStage() {
        if (stage != null) {
            stage.stop();
            stage = null;
        }
    }

    @Override
    public void onAnswer(GenerationResult result) {
        PruningReport pruning = result.report();
        end(observed -> observed.lowCardinalityKeyValue(Tag.STRATEGY.key(), pruning.strategy())
                .highCardinalityKeyValue("glimpse.image.tokens", String.valueOf(pruning.imageTokens()))
                .highCardinalityKeyValue("glimpse.kept.tokens", String.valueOf(pruning.keptTokens()))
                .highCardinalityKeyValue("gen_ai.usage.input_tokens", String.valueOf(result.inputTokens()))
                .highCardinalityKeyValue("gen_ai.usage.output_tokens", String.valueOf(result.tokenIds().length)));
    }

    @Override
    public void onError(Throwable error) {
        end(observed -> observed.error(error));
    }

    @Override
    public void onCancelled() {
        end(observed -> observed.event(CANCELLED));
    }

    private synchronized void end(Consumer<Observation> last) {
        if (ended) {
            return;
        }
        ended = true;
        stopStage();
        last.accept(chat);
        if (bound == Thread.currentThread()) {
            closeScope();
        }
        if (scope == null) {
            chat.stop();
        }
    }
}
