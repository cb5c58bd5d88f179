package io.github.glimpse.chat;

import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.Stage;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A trace whose failures harm no request: they are logged. */
final class FailSafeTrace implements RequestTrace {

    private static final Logger LOG = LoggerFactory.getLogger(FailSafeTrace.class);

    private final RequestTrace trace;

    private FailSafeTrace(RequestTrace trace) {
        this.trace = trace;
    }

    static RequestTrace begin(RequestTracer tracer) {
        if (tracer == RequestTracer.NONE) {
            return RequestTrace.NONE;
        }
        try {
            return new FailSafeTrace(tracer.begin());
        } catch (RuntimeException e) {
            logged(e);
            return RequestTrace.NONE;
        }
    }

    @Override
    public Binding bind() {
        try {
            Binding binding = trace.bind();
            return () -> safely(binding::close);
        } catch (RuntimeException e) {
            logged(e);
            return () -> {};
        }
    }

    @Override
    public void onStage(Stage stage) {
        safely(() -> trace.onStage(stage));
    }

    @Override
    public void onCalls(List<ToolCallReport> calls) {
        safely(() -> trace.onCalls(calls));
    }

    @Override
    public void onAnswer(GenerationResult result) {
        safely(() -> trace.onAnswer(result));
    }

    @Override
    public void onError(Throwable error) {
        safely(() -> trace.onError(error));
    }

    @Override
    public void onCancelled() {
        safely(trace::onCancelled);
    }

    private static void safely(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            logged(e);
        }
    }

    private static void logged(RuntimeException e) {
        LOG.warn("A RequestTracer failed; the request goes on", e);
    }
}
