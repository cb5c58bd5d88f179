package com.example.cookbook.memory;

import dev.langchain4j.memory.chat.ChatMemoryProvider;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class Memories {

    @Bean
    ChatMemoryProvider memoryOfAGuest() {
        return guest ->
                MessageWindowChatMemory.builder().id(guest).maxMessages(10).build();
    }
}
