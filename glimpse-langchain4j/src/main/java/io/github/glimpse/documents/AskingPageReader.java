package io.github.glimpse.documents;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks the same questions of each page and keeps the answers: a record, for models that were not taught to write one. */
public final class AskingPageReader implements PageReader {

    private final ChatModel model;
    private final Map<String, String> questions;
    private final String refusal;

    /**
     * Reads by a model.
     *
     * @param questions name of each field to its question, in the order in which they are asked
     * @param refusal what the model says if the page does not answer: such fields are left out
     */
    public AskingPageReader(ChatModel model, Map<String, String> questions, String refusal) {
        this.model = model;
        this.questions = new LinkedHashMap<>(questions);
        this.refusal = refusal;
    }

    @Override
    public String read(ImageContent page) {
        StringBuilder text = new StringBuilder();
        questions.forEach((field, question) -> {
            String answer = model.chat(UserMessage.from(TextContent.from(question), page))
                    .aiMessage()
                    .text()
                    .strip();
            if (!answer.isEmpty() && !answer.equalsIgnoreCase(refusal)) {
                text.append(text.isEmpty() ? "" : "\n")
                        .append(field)
                        .append(' ')
                        .append(answer);
            }
        });
        return text.toString();
    }

    /**
     * Asks for the fields that had the word once more, with the two answers to choose from. Glimpse's models say how likely each is; of
     * others counts which one they say.
     */
    @Override
    public double share(ImageContent page, String read, String word, String other) {
        double most = 0;
        for (Map.Entry<String, String> field : questions.entrySet()) {
            String answer = read.lines()
                    .filter(line -> line.startsWith(field.getKey() + " "))
                    .map(line -> line.substring(field.getKey().length() + 1))
                    .findFirst()
                    .orElse("");
            String otherAnswer = TextIndex.replaced(answer, word, other);
            if (!otherAnswer.equals(answer)) {
                most = Math.max(most, share(field.getValue(), page, answer, otherAnswer));
            }
        }
        return most;
    }

    private double share(String question, ImageContent page, String answer, String other) {
        ChatResponse response = model.chat(ChatRequest.builder()
                .messages(UserMessage.from(TextContent.from(question), page))
                .parameters(GlimpseChatRequestParameters.builder()
                        .choice(List.of(answer, other))
                        .build())
                .build());
        double said = other.equals(response.aiMessage().text()) ? 1 : 0;
        return response.metadata() instanceof GlimpseChatResponseMetadata metadata
                ? metadata.choiceScores().getOrDefault(other, said)
                : said;
    }

    @Override
    public String label() {
        return "ask " + Integer.toHexString((questions + refusal).hashCode());
    }
}
