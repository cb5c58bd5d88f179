package io.github.glimpse.generate;

import io.github.glimpse.prefill.PromptParts;
import io.github.glimpse.text.ChatTemplateMessage;
import io.github.glimpse.text.DescribedTools;
import io.github.glimpse.text.TokenWatch;
import io.github.glimpse.text.Tokenizer;
import io.github.glimpse.text.ToolForm;
import io.github.glimpse.text.ToolMessages;
import java.util.List;
import java.util.Map;

/** Turns to a template's messages, with the tools of a request. All text from outside is guarded. Safe for concurrent use. */
final class ToolPrompt {

    /** Where the context is shorter, a list of tools leaves no room for a conversation. */
    static final int LEAST_CONTEXT = 4096;

    private final Tokenizer tokenizer;
    private final ToolMessages messages;
    private final ToolForm fitting;
    private final ToolForm form;
    private final PreparedTools prepared;
    private final DescribedTools tools;

    private ToolPrompt(
            Tokenizer tokenizer,
            ToolMessages messages,
            ToolForm fitting,
            ToolForm form,
            PreparedTools prepared,
            DescribedTools tools) {
        this.tokenizer = tokenizer;
        this.messages = messages;
        this.fitting = fitting;
        this.form = form;
        this.prepared = prepared;
        this.tools = tools;
    }

    static ToolPrompt of(PromptParts model) {
        ToolForm fitting = fitting(model);
        PreparedTools prepared = new PreparedTools();
        return new ToolPrompt(
                model.tokenizer(),
                new ToolMessages(model.template(), model.templateVariables()),
                fitting,
                fitting,
                prepared,
                prepared.of(List.of(), model.tokenizer()));
    }

    /** The form where nobody says another. */
    private static ToolForm fitting(PromptParts model) {
        return model.contextLength() < LEAST_CONTEXT ? ToolForm.OFF : ToolForm.of(model.template(), model.tokenizer());
    }

    ToolPrompt offering(ToolOffer offer) {
        boolean isOffered = offer.settled(fitting).offered() > 0;
        DescribedTools described = prepared.of(isOffered ? offer.tools() : List.of(), tokenizer);
        ToolForm asked = offer.form();
        return new ToolPrompt(tokenizer, messages, fitting, asked == null ? fitting : asked, prepared, described);
    }

    boolean showsSystem() {
        return messages.showsSystem();
    }

    /** How tools come into prompts where a request says nothing. */
    ToolForm fitting() {
        return fitting;
    }

    /**
     * One message.
     *
     * @param parts of it, guarded
     */
    ChatTemplateMessage message(ChatTurn turn, List<Map<String, Object>> parts) {
        if (turn.role() == ChatTurn.Role.TOOL) {
            String name = turn.tool();
            return ToolMessages.result(name == null ? "" : tokenizer.guard(name), parts);
        }
        return turn.calls().isEmpty()
                ? new ChatTemplateMessage(turn.role().label(), parts)
                : ToolMessages.calling(
                        parts,
                        turn.calls().stream()
                                .map(call -> ToolMessages.call(
                                        tokenizer.guard(call.name()), tokenizer.guard(call.arguments())))
                                .toList());
    }

    /** Ids of a prompt that was rendered here. */
    int[] encode(String prompt, TokenWatch watch) {
        return tokenizer.encode(prompt, watch, tools.sections());
    }

    String render(List<ChatTemplateMessage> conversation) {
        return messages.render(conversation, tools.tools(), tools.preamble(), form);
    }
}
