package com.example.cookbook.providers;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class Providers {

    @Bean
    ChatModel officeModel(@Value("${office.url}") String url, @Value("${office.key}") String key) {
        return OpenAiChatModel.builder()
                .baseUrl(url)
                .apiKey(key)
                .modelName("gpt-4.1-mini")
                .build();
    }
}
