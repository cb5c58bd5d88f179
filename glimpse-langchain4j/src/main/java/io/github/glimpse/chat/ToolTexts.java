package io.github.glimpse.chat;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.ChatTurn.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tool calls of another model, and what came of them, as text of the answer that they belong to: a model without tools reads
 * what was found out. One answer stays one turn, since chat templates want user and assistant in turns.
 */
final class ToolTexts {

    private ToolTexts() {}

    /** What an answer says, and which tools it called. */
    static String of(AiMessage answer) {
        List<String> lines = new ArrayList<>();
        if (answer.text() != null && !answer.text().isEmpty()) {
            lines.add(answer.text());
        }
        for (ToolExecutionRequest call : answer.toolExecutionRequests()) {
            String arguments = call.arguments() == null ? "" : " " + call.arguments();
            lines.add("[called the tool " + call.name() + arguments + "]");
        }
        return String.join("\n", lines);
    }

    /** What a tool gave back; a note for what is no text. */
    static String of(ToolExecutionResultMessage result) {
        return result.contents().stream()
                .map(content -> content instanceof TextContent text ? text.text() : ChatTurn.LeftOut.ATTACHMENT.note())
                .collect(Collectors.joining("\n", "[the tool " + result.toolName() + " gave: ", "]"));
    }

    /**
     * Turns in which an answer with its tool calls, their results and the answer after them are one.
     *
     * @param turns one for each message
     */
    static List<ChatTurn> joined(List<ChatMessage> messages, List<ChatTurn> turns) {
        List<ChatTurn> joined = new ArrayList<>();
        for (int i = 0; i < turns.size(); i++) {
            ChatTurn turn = turns.get(i);
            boolean goesOn = i > 0
                    && turn.role() == Role.ASSISTANT
                    && turns.get(i - 1).role() == Role.ASSISTANT
                    && (isOfTools(messages.get(i - 1)) || isOfTools(messages.get(i)));
            joined.add(goesOn ? together(joined.remove(joined.size() - 1), turn) : turn);
        }
        return joined;
    }

    private static boolean isOfTools(ChatMessage message) {
        return message instanceof ToolExecutionResultMessage
                || (message instanceof AiMessage answer && answer.hasToolExecutionRequests());
    }

    private static ChatTurn together(ChatTurn first, ChatTurn second) {
        String text = Stream.of(first, second)
                .flatMap(turn -> turn.parts().stream())
                .map(part -> ((ChatTurn.Text) part).text())
                .collect(Collectors.joining("\n"));
        return new ChatTurn(Role.ASSISTANT, List.of(new ChatTurn.Text(text)));
    }
}
