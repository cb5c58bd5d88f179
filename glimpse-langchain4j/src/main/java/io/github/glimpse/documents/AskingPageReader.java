package io.github.glimpse.documents;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import java.util.LinkedHashMap;
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

    @Override
    public String label() {
        return "ask " + Integer.toHexString((questions + refusal).hashCode());
    }
}
