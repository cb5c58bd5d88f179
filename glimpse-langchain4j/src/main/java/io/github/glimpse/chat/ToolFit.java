package io.github.glimpse.chat;

import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.Conversation;
import io.github.glimpse.generate.HistoryMode;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.OfferedTool;
import io.github.glimpse.generate.TokenLimits;
import io.github.glimpse.generate.ToolOffer;
import io.github.glimpse.sampling.GenerationOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fit of a request's tools into the model's context. Requests that are too long without their tools are none of its business.
 * Safe for concurrent use.
 */
final class ToolFit {

    private static final Logger LOG = LoggerFactory.getLogger(ToolFit.class);
    private static final int NAMED_TOOLS = 20;
    /** More than chat templates write around a list of tools, and around a message. */
    private static final int FRAME_TOKENS = 1024;

    private static final int MESSAGE_TOKENS = 64;
    /** Share of the context that is left to the answer where tools are dropped. */
    private static final int ANSWER_SHARE = 4;

    private final LoadedModel model;
    private final ToolOverflow overflow;

    ToolFit(LoadedModel model, ToolOverflow overflow) {
        this.model = model;
        this.overflow = overflow;
    }

    /** A tool and the tokens of its description in the prompt. */
    private record Sized(OfferedTool tool, int tokens) {

        @Override
        public String toString() {
            return tool.shape().name() + " (" + tokens + ")";
        }
    }

    /**
     * Names of the tools that have to be left out.
     *
     * @return empty if all tools fit, and if the request is too long without them
     * @throws PromptTooLongException if they do not fit and must not be left out
     */
    List<String> dropped(ToolOffer offer, List<ChatTurn> turns, GlimpseChatRequestParameters parameters) {
        HistoryMode asked = parameters.history();
        HistoryMode history = asked == null ? model.options().history() : asked;
        List<ChatTurn> needed = history == HistoryMode.REFUSE ? turns : newest(turns);
        if (offer.tools().isEmpty() || offer.withheld() != null || isShort(offer, needed)) {
            return List.of();
        }
        int limit = limit();
        if (fits(offer, needed, limit)) {
            return List.of();
        }
        ToolOffer none = ToolOffer.none(offer.form());
        if (!fits(none, needed, limit)) {
            return List.of();
        }
        List<Sized> largestFirst = offer.tools().stream()
                .map(tool -> new Sized(tool, model.countTokens(text(tool))))
                .sorted(Comparator.comparingInt(Sized::tokens).reversed())
                .toList();
        int alone = model.countTokens(needed, none);
        if (overflow == ToolOverflow.REFUSE) {
            throw refusal(largestFirst, alone, limit, "set glimpse.tools.overflow=drop-largest, ");
        }
        int room = Math.min(limit, Math.max(alone, model.contextLength() - answer(parameters)));
        for (int gone = 1; gone < largestFirst.size(); gone++) {
            List<OfferedTool> large =
                    largestFirst.subList(0, gone).stream().map(Sized::tool).toList();
            List<OfferedTool> left = new ArrayList<>(offer.tools());
            left.removeAll(large);
            if (fits(new ToolOffer(left, offer.form()), needed, room)) {
                return warned(large);
            }
        }
        throw refusal(largestFirst, alone, limit, "");
    }

    private List<String> warned(List<OfferedTool> large) {
        List<String> names = large.stream().map(tool -> tool.shape().name()).toList();
        LOG.warn(
                "A request is answered without its largest tools, which do not fit the context of {}: {}; shorten their"
                        + " descriptions, or set glimpse.tools.overflow=refuse",
                model.name(),
                names.stream().limit(NAMED_TOOLS).collect(Collectors.joining(", ")));
        return names;
    }

    private static PromptTooLongException refusal(List<Sized> tools, int alone, int limit, String more) {
        return new PromptTooLongException("The tools of the request do not fit: the prompt has " + alone
                + " tokens without them, and the limit is " + limit + ". Tokens of each tool: "
                + tools.stream().limit(NAMED_TOOLS).map(Sized::toString).collect(Collectors.joining(", "))
                + (tools.size() > NAMED_TOOLS ? ", …" : "") + ". Offer fewer tools, shorten their descriptions, " + more
                + "or take a model with a larger context");
    }

    private boolean fits(ToolOffer offer, List<ChatTurn> turns, int limit) {
        try {
            return model.countTokens(turns, offer) <= limit;
        } catch (PromptTooLongException e) {
            return false;
        }
    }

    /** Whether the bytes, of which a token has at least one, fit already. */
    private boolean isShort(ToolOffer offer, List<ChatTurn> turns) {
        long bytes = FRAME_TOKENS + (long) MESSAGE_TOKENS * turns.size();
        for (OfferedTool tool : offer.tools()) {
            bytes += bytes(text(tool));
        }
        for (ChatTurn turn : turns) {
            for (ChatTurn.Part part : turn.parts()) {
                if (part instanceof ChatTurn.Visual) {
                    return false;
                }
                bytes += part instanceof ChatTurn.Text text ? bytes(text.text()) : FRAME_TOKENS;
            }
            for (ChatTurn.Call call : turn.calls()) {
                bytes += bytes(call.name() + call.arguments());
            }
            bytes += bytes(Objects.requireNonNullElse(turn.thinking(), ""));
        }
        return bytes <= limit();
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String text(OfferedTool tool) {
        return tool.shape().name() + " " + Objects.requireNonNullElse(tool.description(), "") + " " + tool.parameters();
    }

    private static List<ChatTurn> newest(List<ChatTurn> turns) {
        int newest = Conversation.of(turns).newest();
        return IntStream.range(0, turns.size())
                .filter(index -> index >= newest || turns.get(index).role() == ChatTurn.Role.SYSTEM)
                .mapToObj(turns::get)
                .toList();
    }

    private int limit() {
        return new TokenLimits(model.options().maxInputTokens(), model.contextLength()).ofPrompt();
    }

    private int answer(GlimpseChatRequestParameters parameters) {
        Integer wanted = parameters.maxOutputTokens();
        return Math.min(
                wanted == null ? GenerationOptions.DEFAULT_MAX_OUTPUT_TOKENS : wanted,
                model.contextLength() / ANSWER_SHARE);
    }
}
