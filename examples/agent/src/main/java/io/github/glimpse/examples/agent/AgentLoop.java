package io.github.glimpse.examples.agent;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.chat.ToolCallReport;
import io.github.glimpse.generate.ToolReport;
import io.github.glimpse.prune.PruningReport;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Asks, runs what is called, and asks again, until the model answers; says at each step what was kept, called and given. */
final class AgentLoop {

    private static final int SHOWN = 200;

    private final ChatModel model;
    private final Toolbox tools;
    private final PrintWriter out;
    private final int mostSteps;
    private final int requiredSteps;

    /**
     * Has asked nothing yet.
     *
     * @param requiredSteps of the first, how many have to call a tool
     */
    AgentLoop(ChatModel model, Toolbox tools, PrintWriter out, int mostSteps, int requiredSteps) {
        this.model = model;
        this.tools = tools;
        this.out = out;
        this.mostSteps = mostSteps;
        this.requiredSteps = requiredSteps;
    }

    /**
     * Runs.
     *
     * @return the whole conversation, the answer last; a message with calls is last if there were too many steps
     */
    List<ChatMessage> run(ChatMessage question) {
        List<ChatMessage> messages = new ArrayList<>(List.of(question));
        for (int step = 1; step <= mostSteps; step++) {
            ChatResponse response = model.chat(ChatRequest.builder()
                    .messages(messages)
                    .parameters(GlimpseChatRequestParameters.builder()
                            .toolSpecifications(tools.specifications(messages))
                            .toolChoice(step <= requiredSteps ? ToolChoice.REQUIRED : ToolChoice.AUTO)
                            .build())
                    .build());
            AiMessage answer = response.aiMessage();
            out.println("Step " + step);
            if (response.metadata() instanceof GlimpseChatResponseMetadata metadata) {
                tell(metadata);
            }
            if (answer.text() != null) {
                out.println("  says    " + shortened(answer.text()) + mark(response));
            }
            List<ChatMessage> seen = List.copyOf(messages);
            messages.add(answer);
            if (!answer.hasToolExecutionRequests()) {
                return messages;
            }
            for (int place = 0; place < answer.toolExecutionRequests().size(); place++) {
                messages.add(call(answer.toolExecutionRequests().get(place), report(response, place), seen));
            }
        }
        out.println("Stopped after " + mostSteps + " steps");
        return messages;
    }

    private void tell(GlimpseChatResponseMetadata metadata) {
        PruningReport pruning = metadata.pruning();
        if (pruning.imageTokens() > 0) {
            out.printf(
                    Locale.ROOT,
                    "  kept    %d of %d image tokens of %d pictures%s%n",
                    pruning.keptTokens(),
                    pruning.imageTokens(),
                    pruning.images().size(),
                    confidence(metadata.confidence()));
        }
        ToolReport offered = metadata.tools();
        if (offered.withheld() != null && offered.untrained().isEmpty()) {
            out.println("  tools   were not offered: "
                    + offered.withheld().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        if (!offered.untrained().isEmpty()) {
            out.println("  tools   not offered: " + String.join(", ", offered.untrained()) + " (untrained)");
        }
        if (offered.askedAgain() > 0) {
            out.println("  again   answered " + offered.askedAgain() + " times more with less pruning");
        }
    }

    private static String mark(ChatResponse response) {
        return response.metadata() instanceof GlimpseChatResponseMetadata metadata
                        && metadata.likelihood() != null
                        && !metadata.likelihood().mark().isEmpty()
                ? "   " + metadata.likelihood().mark()
                : "";
    }

    private static String confidence(@Nullable Double value) {
        return value == null ? "" : String.format(Locale.ROOT, ", confidence %.2f", value);
    }

    private static @Nullable ToolCallReport report(ChatResponse response, int place) {
        return response.metadata() instanceof GlimpseChatResponseMetadata metadata
                        && place < metadata.calls().size()
                ? metadata.calls().get(place)
                : null;
    }

    private ToolExecutionResultMessage call(
            ToolExecutionRequest call, @Nullable ToolCallReport report, List<ChatMessage> seen) {
        out.println("  calls   " + call.name() + " " + shortened(call.arguments())
                + (report == null
                        ? ""
                        : String.format(Locale.ROOT, "  (least likely token %.3f)", report.leastProbability())));
        ToolExecutionResultMessage result = tools.run(call, seen);
        long pictures = result.contents().stream()
                .filter(ImageContent.class::isInstance)
                .count();
        out.println("  gives   " + shortened(text(result)) + (pictures == 0 ? "" : ", and a picture"));
        return result;
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    private static String text(ToolExecutionResultMessage result) {
        return result.contents().stream()
                .filter(TextContent.class::isInstance)
                .map(content -> ((TextContent) content).text())
                .findFirst()
                .orElse("");
    }
}
