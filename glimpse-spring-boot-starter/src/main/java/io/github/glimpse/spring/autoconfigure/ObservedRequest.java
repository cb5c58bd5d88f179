package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.chat.RequestTrace;
import io.github.glimpse.chat.ToolCallReport;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.Stage;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The observations of one request to a chat model. Begun on the caller's thread, whose current observation is the parent; current on the
 * thread that generates, so that what a streaming handler does while the answer comes belongs to it; ended before the handler
 * hears of the end, so that a next request is no child of this one.
 *
 * <p>An interrupted caller may end it while the other thread is still at work: then it stops when that one lets go, since an
 * observation stops after its scopes.
 */
final class ObservedRequest implements RequestTrace {

    private final GlimpseTracer.Depth depth;
    private final Supplier<Binding> callersContext;
    private final ObservedCall chat;
    private @Nullable Observation stage;
    private Observation.@Nullable Scope scope;
    private @Nullable Thread bound;
    private boolean ended;

    ObservedRequest(
            ObservationRegistry registry, String model, GlimpseTracer.Depth depth, Supplier<Binding> callersContext) {
        this.depth = depth;
        this.callersContext = callersContext;
        this.chat = ObservedCall.start(registry, GlimpseObservation.CHAT, ModelMeters.CHAT, model);
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
        stage = chat.startStage(GlimpseMeter.Stage.of(next));
    }

    private void stopStage() {
        if (stage != null) {
            stage.stop();
            stage = null;
        }
    }

    @Override
    public synchronized void onCalls(List<ToolCallReport> calls) {
        if (!ended) {
            chat.calls(calls);
        }
    }

    @Override
    public void onAnswer(GenerationResult result) {
        end(() -> {
            chat.answered(KeptImages.of(result.report()));
            chat.input(result.inputTokens());
            chat.output(result.tokenIds().length);
            chat.finished(result.finishReason());
        });
    }

    @Override
    public void onError(Throwable error) {
        end(() -> chat.failed(error));
    }

    @Override
    public void onCancelled() {
        end(chat::cancelled);
    }

    private synchronized void end(Runnable last) {
        if (ended) {
            return;
        }
        ended = true;
        stopStage();
        last.run();
        if (bound == Thread.currentThread()) {
            closeScope();
        }
        if (scope == null) {
            chat.stop();
        }
    }
}
