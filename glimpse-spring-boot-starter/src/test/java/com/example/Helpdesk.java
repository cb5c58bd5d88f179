package com.example;

import dev.langchain4j.data.message.Content;
import dev.langchain4j.service.MemoryId;
import dev.langchain4j.service.Result;
import dev.langchain4j.service.SystemMessage;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.spring.AiService;
import java.util.List;

@AiService
interface Helpdesk {

    @SystemMessage("Answer in one word.")
    Result<String> ask(@MemoryId String conversation, @UserMessage List<Content> question);
}
