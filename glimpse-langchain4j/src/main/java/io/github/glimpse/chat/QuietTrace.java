package io.github.glimpse.chat;

import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A trace whose failures harm no request: they are logged. */
final class QuietTrace implements RequestTrace {

    private static final Logger LOG = LoggerFactory.getLogger(QuietTrace.class);

    private final RequestTrace trace;

    private QuietTrace(RequestTrace trace) {
        this.trace = trace;
    }

    static RequestTrace begin(RequestTracer tracer) {
        if (tracer == RequestTracer.NONE) {
            return RequestTrace.NONE;
        }
        try {
            return new QuietTrace(tracer.begin());
        } catch (RuntimeException e) {
            told(e);
            return RequestTrace.NONE;
        }
    }

    @Override
    public Binding bind() {
        try {
            Binding binding = trace.bind();
            return () -> quietly(binding::close);
        } catch (RuntimeException e) {
            told(e);
            return () -> {};
        }
    }

    @Override
    public void onStage(Stage stage) {
        quietly(() -> trace.onStage(stage));
    }

    @Override
    public void onAnswer(GenerationResult result) {
        quietly(() -> trace.onAnswer(result));
    }

    @Override
    public void onError(Throwable error) {
        quietly(() -> trace.onError(error));
    }

    @Override
    public void onCancelled() {
        quietly(trace::onCancelled);
    }

    private static void quietly(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            told(e);
        }
    }

    private static void told(RuntimeException e) {
        LOG.warn("A RequestTracer failed; the request goes on", e);
    }
}
