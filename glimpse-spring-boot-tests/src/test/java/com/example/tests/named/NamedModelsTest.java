package com.example.tests.named;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.service.spring.AiService;
import dev.langchain4j.service.spring.AiServiceWiringMode;
import io.github.glimpse.chat.GlimpseChatModel;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** Another provider's model beside Glimpse's. */
class NamedModelsTest {

    @Test
    void eachOfTwoProvidersIsWiredByTheNameOfItsBean() {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .properties(
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "glimpse.generation.max-output-tokens=4")
                .run()) {
            assertThat(context.getBean(OfGlimpse.class).answer("Hello")).isNotEqualTo("of another");
            assertThat(context.getBean(OfAnother.class).answer("Hello")).isEqualTo("of another");
            assertThat(context.getBean(Both.class).glimpse()).isInstanceOf(GlimpseChatModel.class);
            assertThat(context.getBean(Both.class).other().chat("Hello")).isEqualTo("of another");
        }
    }

    /** Parameters as an application's own bean has them. */
    record Both(ChatModel glimpse, ChatModel other) {}

    @AiService(wiringMode = AiServiceWiringMode.EXPLICIT, chatModel = "glimpseChatModel")
    interface OfGlimpse {

        String answer(String question);
    }

    @AiService(wiringMode = AiServiceWiringMode.EXPLICIT, chatModel = "otherChatModel")
    interface OfAnother {

        String answer(String question);
    }

    @SpringBootApplication
    static class Application {

        @Bean
        ChatModel otherChatModel() {
            return new ChatModel() {
                @Override
                public ChatResponse doChat(ChatRequest request) {
                    return ChatResponse.builder()
                            .aiMessage(AiMessage.from("of another"))
                            .build();
                }
            };
        }

        @Bean
        Both both(@Qualifier("glimpseChatModel") ChatModel glimpse, @Qualifier("otherChatModel") ChatModel other) {
            return new Both(glimpse, other);
        }
    }
}
