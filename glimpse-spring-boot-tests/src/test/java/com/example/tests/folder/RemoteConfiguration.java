package com.example.tests.folder;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.context.annotation.Bean;

/** Adds a chat model of another provider; a class that no scan finds. */
class RemoteConfiguration {

    @Bean
    Remote remote() {
        return new Remote();
    }

    /** Reads each scan as the same receipt and answers with the names of the pages. */
    static final class Remote implements ChatModel {

        final List<ChatRequest> requests = new CopyOnWriteArrayList<>();

        @Override
        public ChatResponse doChat(ChatRequest request) {
            requests.add(request);
            List<String> texts = ((UserMessage) request.messages().get(0))
                    .contents().stream()
                            .filter(TextContent.class::isInstance)
                            .map(content -> ((TextContent) content).text())
                            .toList();
            String answer = texts.get(0).startsWith("Transcribe")
                    ? "Receipt Q55\nTotal 12.50"
                    : String.join(" ", texts.subList(0, texts.size() - 1));
            return ChatResponse.builder().aiMessage(AiMessage.from(answer)).build();
        }
    }
}
