package io.github.glimpse.chat;

import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.request.ErrorMapper;
import io.github.glimpse.request.GenerationThreads;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.serve.EngineState;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both chat models are made of.
 *
 * @param model the engine, owned by whoever loaded it
 * @param defaults of every request: the engine's, overridden by the builder's
 * @param listeners in order
 * @param executor runs the requests
 * @param requests maps and checks requests
 * @param responses maps answers
 * @param tracer follows requests
 */
record ModelView(
        LoadedModel model,
        GlimpseChatRequestParameters defaults,
        List<ChatModelListener> listeners,
        Executor executor,
        RequestMapper requests,
        ResponseMapper responses,
        RequestTracer tracer) {

    private static final Logger LOG = LoggerFactory.getLogger(ModelView.class);

    /**
     * Checks what a builder collected.
     *
     * @throws NullPointerException without a model
     * @throws dev.langchain4j.exception.LangChain4jException if no request with these defaults can work
     */
    static ModelView of(
            @Nullable LoadedModel model,
            @Nullable ChatRequestParameters defaults,
            List<ChatModelListener> listeners,
            @Nullable Executor executor,
            ImageUrlOptions urls,
            @Nullable String systemMessage,
            ToolOptions tools,
            StructuredOptions structured,
            RequestTracer tracer) {
        Objects.requireNonNull(model, "model: load one with LoadedModel.load(options)");
        GlimpseChatRequestParameters own = GlimpseChatRequestParameters.of(model.options());
        GlimpseChatRequestParameters merged = defaults == null ? own : own.overrideWith(defaults);
        RequestMapper requests = new RequestMapper(model, merged.pruning(), urls, systemMessage, tools, structured);
        // Whether a deferred engine has failed by now is chance: requests will say so, each time.
        if (model.state() != EngineState.LOAD_FAILED) {
            var unused = requests.check(merged);
        }
        return new ModelView(
                model,
                // Named, so that listeners see which model a request went to.
                merged.overrideWith(GlimpseChatRequestParameters.builder()
                        .modelName(model.name())
                        .build()),
                List.copyOf(listeners),
                executor == null ? GenerationThreads.of(model) : executor,
                requests,
                new ResponseMapper(model.name()),
                tracer);
    }

    /** What a model that keeps its answers to a form may claim. */
    Set<Capability> capabilities() {
        return model.keepsForms() ? Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA) : Set.of();
    }

    /** Begins to follow a request. */
    RequestTrace begin() {
        return FailSafeTrace.begin(tracer);
    }

    /** Tells the listeners that a request ended; called once for each. */
    void ended(RequestOutcome outcome) {
        for (ChatModelListener listener : listeners) {
            if (listener instanceof RequestOutcomeListener hears) {
                try {
                    hears.onOutcome(outcome);
                } catch (RuntimeException e) {
                    LOG.warn("A RequestOutcomeListener failed; the failure is ignored", e);
                }
            }
        }
    }

    /**
     * Tells that a request was refused or failed, which is its end.
     *
     * @return for the caller
     * @throws Error the problem, if it is one that LangChain4j has no word for
     */
    LangChain4jException refused(RequestTrace trace, Throwable problem) {
        if (problem instanceof Error error && !(problem instanceof OutOfMemoryError)) {
            trace.onError(error);
            throw error;
        }
        LangChain4jException failure = ErrorMapper.failure(problem);
        RequestOutcome outcome = RequestOutcome.of(failure);
        ended(outcome);
        if (outcome == RequestOutcome.CANCELLED) {
            trace.onCancelled();
        } else {
            trace.onError(failure);
        }
        return failure;
    }

    /**
     * Starts work on another thread.
     *
     * @throws RateLimitException if there is no thread for it
     */
    void start(Runnable work) {
        GenerationThreads.start(executor, work);
    }
}
