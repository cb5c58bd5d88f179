package com.example.cookbook.memory;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.service.MemoryId;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.spring.AiService;

@AiService
interface FrontDesk {

    String ask(@MemoryId String guest, @UserMessage String question, @UserMessage ImageContent picture);

    String ask(@MemoryId String guest, @UserMessage String question);
}
