package io.github.glimpse.chat;

import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import io.github.glimpse.Warnings;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.model.ModelTraining;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.request.ErrorMapper;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.sampling.EndOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.Arrival;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * LangChain4j's requests to ours. What can never work is refused here, on the caller's thread, before any work: first
 * parameters by name, then tool choice, tools, response format, values, and contents last.
 */
final class RequestMapper {

    private final LoadedModel model;
    private final MessageMapper messages;
    private final ToolMapper tools;
    private final ToolFit toolFit;
    private final FormMapper forms;
    private final PruningOptions defaults;

    /**
     * Of a model.
     *
     * @param defaults pruning of requests that say nothing of it
     */
    RequestMapper(
            LoadedModel model,
            PruningOptions defaults,
            ImageUrlOptions urls,
            @Nullable String systemMessage,
            ToolOptions tools,
            StructuredOptions structured) {
        this.model = model;
        this.defaults = defaults;
        this.forms = new FormMapper(model, structured);
        this.tools = new ToolMapper(model, tools, forms);
        this.toolFit = new ToolFit(model, tools.overflow());
        this.messages = new MessageMapper(
                model.options(),
                urls,
                systemMessage,
                tools.mode(),
                new VideoReader(model.options(), urls, model::media));
    }

    /**
     * A request ready to run.
     *
     * @throws LangChain4jException if it can never work
     */
    MappedRequest map(ChatRequest request, Arrival arrival) {
        GlimpseChatRequestParameters parameters = parameters(request);
        ModelTraining training = training(parameters);
        return map(request, parameters, check(parameters, training), training, arrival);
    }

    /**
     * A request that another thread gets ready, if that takes time because pictures are to be fetched; what can never work is
     * refused here and now.
     *
     * @return throws a {@link LangChain4jException} if a picture cannot be fetched or read
     * @throws LangChain4jException if it can never work
     */
    Supplier<MappedRequest> prepare(ChatRequest request, Arrival arrival) {
        if (!MessageMapper.areRemote(request.messages())) {
            MappedRequest mapped = map(request, arrival);
            arrival.ready();
            return () -> mapped;
        }
        GlimpseChatRequestParameters parameters = parameters(request);
        ModelTraining training = training(parameters);
        AnswerForm form = check(parameters, training);
        messages.of(parameters).check(request.messages());
        return () -> map(request, parameters, form, training, arrival);
    }

    private GlimpseChatRequestParameters parameters(ChatRequest request) {
        GlimpseChatRequestParameters own = GlimpseChatRequestParameters.of(request.parameters());
        // The model's defaults, its name among them, are in what comes by LangChain4j's chat, not in a bare call of
        // doChat.
        GlimpseChatRequestParameters complete = own.modelName() == null
                ? GlimpseChatRequestParameters.of(model.options()).overrideWith(own)
                : own;
        return FollowUpToolChoice.of(complete.withPruning(PruningOverride.of(complete.pruning())), request.messages());
    }

    /** Limits of the model, for requests with tools or JSON; such a request waits until the model is loaded. */
    private ModelTraining training(GlimpseChatRequestParameters parameters) {
        boolean isPlain = parameters.toolSpecifications().isEmpty()
                && (parameters.responseFormat() == null
                        || parameters.responseFormat().type() == ResponseFormatType.TEXT);
        if (isPlain || model.isClosed()) {
            return ModelTraining.ANY;
        }
        try {
            return model.awaitTraining();
        } catch (RuntimeException e) {
            throw ErrorMapper.refusal(e);
        }
    }

    private MappedRequest map(
            ChatRequest request,
            GlimpseChatRequestParameters parameters,
            @Nullable AnswerForm form,
            ModelTraining training,
            Arrival arrival) {
        Warnings warnings = new Warnings();
        try {
            List<ChatTurn> turns = messages.of(parameters).conversation(request.messages(), arrival);
            ToolMapper.Plan plan = tools.plan(parameters, request.messages(), form, training);
            List<String> dropped = toolFit.dropped(plan.offer(), turns, parameters);
            if (!dropped.isEmpty()) {
                plan = tools.plan(without(dropped, parameters), request.messages(), form, training)
                        .without(dropped);
            }
            GenerationRequest mapped = new GenerationRequest(
                    turns,
                    tools.pruning(plan.offer(), parameters.pruning(), defaults),
                    parameters.generation(),
                    plan.offer(),
                    plan.form(),
                    parameters.session(),
                    parameters.cacheScope(),
                    parameters.history());
            if (plan.form() != null && !plan.form().hasFreeText() && hasEnding(mapped.generation())) {
                warnings.add(
                        "The answer is kept to a form, which says where it ends: min-output-tokens, stop-token-ids and"
                                + " ignore-eos have no effect");
            }
            return new MappedRequest(mapped, warnings.list());
        } catch (RuntimeException | OutOfMemoryError e) {
            throw ErrorMapper.refusal(e);
        }
    }

    private static GlimpseChatRequestParameters without(List<String> tools, GlimpseChatRequestParameters parameters) {
        return parameters.overrideWith(GlimpseChatRequestParameters.builder()
                .toolSpecifications(parameters.toolSpecifications().stream()
                        .filter(tool -> !tools.contains(tool.name()))
                        .toList())
                .build());
    }

    private static boolean hasEnding(GenerationOptions generation) {
        Integer least = generation.minOutputTokens();
        EndOptions ending = generation.ending();
        return (least != null && least > 0)
                || Boolean.TRUE.equals(ending.ignoreEos())
                || (ending.stopTokenIds() != null && !ending.stopTokenIds().isEmpty());
    }

    /**
     * Checks parameters alone; a model's defaults too.
     *
     * @return the form that the answer is to have; null is any
     * @throws LangChain4jException if no request with them can work
     */
    @Nullable
    AnswerForm check(GlimpseChatRequestParameters parameters) {
        return check(parameters, model.training());
    }

    /** Fields of a type with values that the model was not trained to write as JSON. */
    List<String> untrained(JsonSchema schema) {
        return forms.untrained(schema);
    }

    private @Nullable AnswerForm check(GlimpseChatRequestParameters parameters, ModelTraining training) {
        String name = parameters.modelName();
        if (name != null && !name.equals(model.name())) {
            throw new UnsupportedFeatureException(
                    "The modelName '" + name + "' is not supported: this instance serves '" + model.name()
                            + "' only; leave it out or load that model too");
        }
        try {
            tools.check(parameters);
        } catch (RuntimeException e) {
            throw ErrorMapper.refusal(e);
        }
        checkValues(parameters);
        return forms.map(parameters, training);
    }

    private void checkValues(GlimpseChatRequestParameters parameters) {
        try {
            GenerationOptions generation = parameters.generation();
            // A closed model has no strategies to ask; the request will hear that it is closed.
            if (!model.isClosed()) {
                model.check(parameters.pruning(), generation);
            }
        } catch (RuntimeException e) {
            throw ErrorMapper.refusal(e);
        }
    }
}
