package com.example;

import dev.langchain4j.memory.chat.ChatMemoryProvider;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class Memories {

    @Bean
    ChatMemoryProvider chatMemoryProvider() {
        return conversation -> MessageWindowChatMemory.builder()
                .id(conversation)
                .maxMessages(40)
                .build();
    }
}
