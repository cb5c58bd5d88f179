package com.example;

import static dev.langchain4j.service.spring.AiServiceWiringMode.EXPLICIT;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.spring.AiService;

@AiService(wiringMode = EXPLICIT, chatModel = "glimpseChatModel")
interface Pages {

    String ask(@UserMessage String question, @UserMessage ImageContent page);
}
