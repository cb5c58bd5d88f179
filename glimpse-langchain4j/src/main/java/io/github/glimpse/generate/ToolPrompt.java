package io.github.glimpse.generate;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.glimpse.InvalidConversationException;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.answer.ToolCallFormatDetector;
import io.github.glimpse.prefill.PromptParts;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.sampling.TemplateSettings;
import io.github.glimpse.sampling.ThinkingSwitch;
import io.github.glimpse.template.ConversationRenderer;
import io.github.glimpse.template.DescribedTools;
import io.github.glimpse.template.MessageCall;
import io.github.glimpse.template.MessageContent;
import io.github.glimpse.template.MessagePart;
import io.github.glimpse.template.RenderedConversation;
import io.github.glimpse.template.TemplateMessage;
import io.github.glimpse.template.TemplateVariables;
import io.github.glimpse.template.ToolMessages;
import io.github.glimpse.text.TokenWatch;
import io.github.glimpse.text.Tokenizer;
import io.github.glimpse.text.ToolForm;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns to a template's messages, with the tools of a request. All text from outside is guarded. Safe for concurrent use. */
final class ToolPrompt {

    /** Where the context is shorter, a list of tools leaves no room for a conversation. */
    static final int LEAST_CONTEXT = 4096;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Tokenizer tokenizer;
    private final ToolMessages messages;
    private final ToolForm fitting;
    private final ToolForm form;
    private final PreparedTools prepared;
    private final DescribedTools tools;
    private final TemplateVariables variables;

    private ToolPrompt(
            Tokenizer tokenizer,
            ToolMessages messages,
            ToolForm fitting,
            ToolForm form,
            PreparedTools prepared,
            DescribedTools tools,
            TemplateVariables variables) {
        this.tokenizer = tokenizer;
        this.messages = messages;
        this.fitting = fitting;
        this.form = form;
        this.prepared = prepared;
        this.tools = tools;
        this.variables = variables;
    }

    static ToolPrompt of(PromptParts model) {
        // Requests in a format that cannot be read are refused by the engine, which knows the options.
        ToolMessages messages = new ToolMessages(new ConversationRenderer(
                        model.template(),
                        model.templateVariables(),
                        Clock.system(ZoneId.systemDefault()),
                        ToolPrompt::detect)
                .anyFormat());
        ToolForm fitting = fitting(model, messages);
        PreparedTools prepared = new PreparedTools();
        return new ToolPrompt(
                model.tokenizer(),
                messages,
                fitting,
                fitting,
                prepared,
                prepared.of(List.of(), model.tokenizer()),
                TemplateVariables.NONE);
    }

    private static Optional<String> detect(String written, String answerEnd, MessageCall call) {
        return ToolCallFormatDetector.detect(written, answerEnd, call.name(), JSON.valueToTree(call.arguments()))
                .map(ToolCallFormat::id);
    }

    /** The form for requests that name none. */
    private static ToolForm fitting(PromptParts model, ToolMessages messages) {
        return model.contextLength() < LEAST_CONTEXT ? ToolForm.OFF : messages.fitting(model.tokenizer());
    }

    ToolPrompt offering(ToolOffer offer, GenerationOptions generation) {
        boolean isOffered = offer.settled(fitting).offered() > 0;
        DescribedTools described = prepared.of(isOffered ? offer.tools() : List.of(), tokenizer);
        ToolForm asked = offer.form();
        return new ToolPrompt(
                tokenizer,
                messages,
                fitting,
                asked == null ? fitting : asked,
                prepared,
                described,
                variables(generation));
    }

    /**
     * Variables of the template for a request.
     *
     * @throws io.github.glimpse.UnsupportedContentException if the template has no such switch of the thought
     */
    TemplateVariables variables(GenerationOptions generation) {
        TemplateSettings settings = generation.template();
        Integer budget = generation.thinkingBudget();
        ThinkingSwitch thinking = settings.thinking();
        return messages.renderer()
                .resolved(
                        thinking == null ? null : thinking.value(),
                        budget != null && budget == 0,
                        settings.variables());
    }

    boolean showsSystem() {
        return messages.renderer().readsSystem();
    }

    /** How tools come into prompts where a request says nothing. */
    ToolForm fitting() {
        return fitting;
    }

    /** The format of calls that the template writes; empty if it writes none, or in one that has no reader. */
    Optional<ToolCallFormat> toolFormat() {
        return messages.renderer().toolFormat().flatMap(ToolCallFormat::of);
    }

    /** A prompt up to where an answer begins; empty if the template refuses a plain question. */
    String generationPrompt() {
        MessageContent question = MessageContent.ofText("Hello");
        try {
            return messages.renderer()
                    .render(List.of(TemplateMessage.of(0, ChatTurn.Role.USER.label(), question)), List.of(), Map.of())
                    .prompt();
        } catch (InvalidConversationException refused) {
            return "";
        }
    }

    /** Text of a message that cannot become control tokens. */
    String guarded(ChatTurn turn, String text) {
        return messages.renderer().guarded(turn.role().label(), text, tokenizer::guard);
    }

    /**
     * One message.
     *
     * @param index position in the request
     * @param parts of it, guarded
     */
    TemplateMessage message(int index, ChatTurn turn, List<MessagePart> parts) {
        boolean isText = parts.size() == 1 && parts.get(0).kind() == MessagePart.Kind.TEXT;
        MessageContent content = new MessageContent(parts, !isText);
        String thinking = turn.thinking();
        return switch (turn.role()) {
            case TOOL -> TemplateMessage.result(index, turn.callId(), content);
            case ASSISTANT ->
                TemplateMessage.assistant(
                        index,
                        parts.isEmpty() ? null : content,
                        thinking == null ? null : tokenizer.guard(thinking),
                        turn.calls().stream()
                                .map(call -> MessageCall.of(call.id(), call.name(), call.arguments(), tokenizer::guard))
                                .toList());
            default -> TemplateMessage.of(index, turn.role().label(), content);
        };
    }

    /** Ids of a prompt that was rendered here. */
    int[] encode(String prompt, TokenWatch watch) {
        return tokenizer.encode(prompt, watch, tools.sections());
    }

    RenderedConversation render(List<TemplateMessage> conversation) {
        return messages.render(conversation, tools, form, variables.values()).with(variables.warnings());
    }
}
