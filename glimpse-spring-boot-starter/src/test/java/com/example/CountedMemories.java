package com.example;

import dev.langchain4j.memory.chat.ChatMemoryProvider;
import dev.langchain4j.memory.chat.TokenWindowChatMemory;
import io.github.glimpse.chat.GlimpseTokenCountEstimator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class CountedMemories {

    @Bean
    ChatMemoryProvider chatMemoryProvider(GlimpseTokenCountEstimator estimator) {
        return conversation -> TokenWindowChatMemory.builder()
                .id(conversation)
                .maxTokens(3000, estimator)
                .build();
    }
}
