package com.example.cookbook.providers;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;

/** Without an AI service a model is told by its bean's name. */
@Component
class Desk {

    private final ChatModel pictures;
    private final ChatModel texts;

    Desk(@Qualifier("glimpseChatModel") ChatModel pictures, @Qualifier("officeModel") ChatModel texts) {
        this.pictures = pictures;
        this.texts = texts;
    }

    String polite(UserMessage aboutAPicture) {
        String facts = pictures.chat(aboutAPicture).aiMessage().text();
        return texts.chat("Write one polite sentence to the guest about this: " + facts);
    }
}
