package io.github.glimpse.chat;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.answer.ToolsLeftOut;
import io.github.glimpse.constrain.ToolShape;
import io.github.glimpse.constrain.ToolUse;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.OfferedTool;
import io.github.glimpse.generate.ToolOffer;
import io.github.glimpse.generate.ToolOffer.Demand;
import io.github.glimpse.generate.ToolOffer.Withheld;
import io.github.glimpse.generate.TurnCare;
import io.github.glimpse.model.ModelTraining;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.request.ErrorMapper;
import io.github.glimpse.text.ToolForm;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** LangChain4j's tools to an offer, and to the form of an answer that may call them. Safe for concurrent use. */
final class ToolMapper {

    /** Where tools come from that nobody asked for. */
    private static final String ADVICE =
            "A Spring application's @AiService takes every @Tool of its beans if it is wired by itself: give it"
                    + " wiringMode = EXPLICIT with chatModel = \"glimpseChatModel\" and without tools, or set"
                    + " glimpse.tools.mode to ignore to have answers without tools";

    private static final String NO_PARAMETERS = "{\"type\":\"object\",\"additionalProperties\":false}";
    private static final int NAMED_TOOLS = 5;
    private static final Logger LOG = LoggerFactory.getLogger(ToolMapper.class);

    private final LoadedModel model;
    private final ToolOptions options;
    private final FormMapper forms;
    private final AtomicBoolean warned = new AtomicBoolean();
    private final AtomicBoolean warnedOfTraining = new AtomicBoolean();

    ToolMapper(LoadedModel model, ToolOptions options, FormMapper forms) {
        this.model = model;
        this.options = options;
        this.forms = forms;
    }

    /**
     * Tools as a request offers them, and what its answer is kept to.
     *
     * @param offer what the prompt says
     * @param form of the answer; null is any text
     */
    record Plan(ToolOffer offer, @Nullable AnswerForm form) {

        /** The same, whose report names tools that were left out. */
        Plan without(List<String> dropped) {
            return new Plan(offer.without(dropped), form);
        }
    }

    /**
     * Refuses what can never work, before any work.
     *
     * @throws LangChain4jException if tools are refused, misnamed, missing, or have parameters that are not understood
     */
    void check(GlimpseChatRequestParameters parameters) {
        List<ToolSpecification> tools = parameters.toolSpecifications();
        boolean required = parameters.toolChoice() == ToolChoice.REQUIRED;
        if (options.mode() == ToolsMode.REFUSE) {
            refuse(tools, required);
        }
        if (required && tools.isEmpty()) {
            throw new InvalidRequestException("ToolChoice.REQUIRED (parameter toolChoice) came without"
                    + " toolSpecifications, so that there is nothing to call; name a tool or leave it out");
        }
        checkNames(tools);
        if (options.profile() != null && !model.isClosed()) {
            model.check(ofProfile(options.profile()).orElse(parameters.pruning()), parameters.generation());
        }
        Plan plan = plan(parameters, List.of(), null, model.training());
        try {
            model.check(plan.offer());
        } catch (UnsupportedModelException e) {
            throw ErrorMapper.unsupported(e);
        }
    }

    private static void refuse(List<ToolSpecification> tools, boolean required) {
        if (required) {
            throw new UnsupportedFeatureException("ToolChoice.REQUIRED (parameter toolChoice) is not supported while"
                    + " glimpse.tools.mode is refuse; leave it out or set another mode");
        }
        if (!tools.isEmpty()) {
            throw new UnsupportedFeatureException("The parameter toolSpecifications (" + names(tools)
                    + ") is not supported while glimpse.tools.mode is refuse; leave them out. " + ADVICE);
        }
    }

    private static void checkNames(List<ToolSpecification> tools) {
        Set<String> names = new HashSet<>();
        for (ToolSpecification tool : tools) {
            if (tool.name() == null || tool.name().isBlank()) {
                throw new InvalidRequestException("A tool has no name; give each of toolSpecifications one");
            }
            if (!names.add(tool.name())) {
                throw new InvalidRequestException("The tool name '" + tool.name()
                        + "' comes twice in toolSpecifications; give each tool a name of its own");
            }
        }
    }

    /**
     * What becomes of a request's tools.
     *
     * @param messages of the request, whose calls since the last message of the user count
     * @param otherwise what the answer is kept to without tools; null is any text
     * @param training limits of the model: a tool that it was not trained to call is offered only where the request demands a call or
     *     the mode names a form
     */
    Plan plan(
            GlimpseChatRequestParameters parameters,
            List<? extends ChatMessage> messages,
            @Nullable AnswerForm otherwise,
            ModelTraining training) {
        List<ToolSpecification> specifications = parameters.toolSpecifications();
        ToolForm form = options.mode().form();
        TurnCare care = parameters.care().orElse(options.care());
        if (specifications.isEmpty()) {
            boolean wereCalled = messages.stream().anyMatch(ToolExecutionResultMessage.class::isInstance);
            return new Plan(ToolOffer.none(form).with(wereCalled ? care : TurnCare.NONE), otherwise);
        }
        boolean required = parameters.toolChoice() == ToolChoice.REQUIRED;
        List<OfferedTool> tools = specifications.stream().map(ToolMapper::tool).toList();
        List<String> untrained = List.of();
        Withheld withheld = parameters.choice() != null || parameters.regex() != null
                ? Withheld.FORM
                : withheld(parameters.toolChoice(), messages);
        if (withheld == null && !required && form == null) {
            Predicate<OfferedTool> isTrained =
                    tool -> training.calls(tool.shape().name()) && !(training.textRecords() && otherwise != null);
            untrained = tools.stream()
                    .filter(isTrained.negate())
                    .map(tool -> tool.shape().name())
                    .toList();
            tools = tools.stream().filter(isTrained).toList();
            withheld = tools.isEmpty() ? Withheld.UNTRAINED : null;
        }
        ToolOffer offer = new ToolOffer(
                tools,
                form,
                required ? Demand.MUST : Demand.MAY,
                withheld,
                otherwise,
                care,
                callFormat(),
                new ToolsLeftOut(untrained, List.of()));
        warnOnce(offer);
        return new Plan(offer, withheld == null ? form(parameters, tools, required) : otherwise);
    }

    /**
     * Pruning of a request: that of the profile for turns that may call a tool, if this is one and nobody said anything for this
     * request.
     *
     * @param defaults what is said for all requests
     */
    PruningOptions pruning(ToolOffer offer, PruningOptions asked, PruningOptions defaults) {
        String profile = options.profile();
        return profile != null && mayCall(offer) && asked.equals(defaults)
                ? ofProfile(profile).orElse(asked)
                : asked;
    }

    private static PruningOptions ofProfile(String profile) {
        return PruningOptions.builder().profile(profile).build();
    }

    private boolean mayCall(ToolOffer offer) {
        return !offer.tools().isEmpty() && offer.withheld() == null && !isTooShort(offer);
    }

    /** Whether the model's context is too short for a list of tools, and nobody wants one all the same. */
    private boolean isTooShort(ToolOffer offer) {
        return offer.withheld() == null
                && offer.demand() == Demand.MAY
                && offer.form() == null
                && model.toolForm().equals(Optional.of(ToolForm.OFF));
    }

    private AnswerForm form(GlimpseChatRequestParameters parameters, List<OfferedTool> tools, boolean required) {
        List<ToolShape> shapes = tools.stream().map(OfferedTool::shape).toList();
        boolean single = Boolean.FALSE.equals(parameters.parallelToolCalls());
        ToolUse use = new ToolUse(
                required ? ToolUse.Choice.REQUIRED : ToolUse.Choice.AUTO,
                options.parallel() && !single ? options.maxCalls() : 1);
        ToolCallFormat format =
                Optional.ofNullable(callFormat()).or(model::toolCallFormat).orElse(ToolCallFormat.HERMES);
        AnswerForm document = forms.toolsOr(parameters, shapes, use, format);
        if (document != null) {
            return document;
        }
        // Where a call is the whole answer, a mask of both would forbid texts that begin like one.
        boolean mayMaskText = format.layout().tellsTextFromCalls();
        return (options.constrained() && mayMaskText) || required || single
                ? model.forms().tools(shapes, use, forms.style(false), format)
                : AnswerForm.callsAsWritten();
    }

    /** The format that the options name, or the one of prompts that this library writes; null for that of the template. */
    private @Nullable ToolCallFormat callFormat() {
        ToolForm form = options.mode().form();
        boolean isOwnPrompt = form == ToolForm.MERGED || form == ToolForm.PROMPTED;
        return options.format() == null && isOwnPrompt ? ToolCallFormat.HERMES : options.format();
    }

    private static OfferedTool tool(ToolSpecification tool) {
        ToolShape.Arguments arguments =
                Boolean.FALSE.equals(tool.strict()) ? ToolShape.Arguments.FREE : ToolShape.Arguments.STRICT;
        JsonObjectSchema parameters = tool.parameters();
        boolean none =
                parameters == null || (parameters.properties().isEmpty() && parameters.additionalProperties() == null);
        String shown = SchemaText.ofParameters(parameters);
        // An object that lists nothing is open, as a map is; a tool that names no parameter takes none.
        return new OfferedTool(
                new ToolShape(tool.name(), none ? NO_PARAMETERS : shown, arguments), tool.description(), shown);
    }

    private @Nullable Withheld withheld(@Nullable ToolChoice choice, List<? extends ChatMessage> messages) {
        if (choice == ToolChoice.NONE) {
            return Withheld.CHOICE;
        }
        if (options.mode() == ToolsMode.IGNORE && choice != ToolChoice.REQUIRED) {
            return Withheld.MODE;
        }
        List<ToolExecutionRequest> calls = new ArrayList<>();
        for (ChatMessage message : messages) {
            if (message instanceof UserMessage) {
                calls.clear();
            } else if (message instanceof AiMessage answer) {
                calls.addAll(answer.toolExecutionRequests());
            }
        }
        int count = calls.size();
        if (count > 1 && isSame(calls.get(count - 2), calls.get(count - 1))) {
            return Withheld.REPEATED_CALL;
        }
        return count >= options.maxCalls() ? Withheld.MOST_CALLS : null;
    }

    private static boolean isSame(ToolExecutionRequest before, ToolExecutionRequest call) {
        return Objects.equals(before.name(), call.name()) && Objects.equals(before.arguments(), call.arguments());
    }

    private void warnOnce(ToolOffer offer) {
        if (!offer.leftOut().untrained().isEmpty() && warnedOfTraining.compareAndSet(false, true)) {
            LOG.warn(
                    "The model {} was not trained to call the tools {}, so they are not offered to it; set"
                            + " ToolChoice.REQUIRED to demand a call, or load a model without limits in glimpse_training;"
                            + " this is said once",
                    model.name(),
                    offer.leftOut().untrained().stream().limit(NAMED_TOOLS).collect(Collectors.joining(", ")));
        }
        boolean tooShort = isTooShort(offer);
        if ((tooShort || offer.withheld() == Withheld.MODE) && warned.compareAndSet(false, true)) {
            LOG.warn(
                    "The model {} answers without the tools of its requests ({}), {}; this is said once",
                    model.name(),
                    offer.tools().stream()
                            .limit(NAMED_TOOLS)
                            .map(tool -> tool.shape().name())
                            .collect(Collectors.joining(", ")),
                    tooShort
                            ? "since its context is too short for a list of them; set glimpse.tools.mode to prompted to"
                                    + " describe them all the same"
                            : "as glimpse.tools.mode wants it");
        }
    }

    private static String names(List<ToolSpecification> tools) {
        return tools.stream().limit(NAMED_TOOLS).map(ToolSpecification::name).collect(Collectors.joining(", "))
                + (tools.size() > NAMED_TOOLS ? ", …" : "");
    }
}
