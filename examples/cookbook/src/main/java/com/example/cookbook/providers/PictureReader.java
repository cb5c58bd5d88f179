package com.example.cookbook.providers;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.spring.AiService;
import dev.langchain4j.service.spring.AiServiceWiringMode;

@AiService(wiringMode = AiServiceWiringMode.EXPLICIT, chatModel = "glimpseChatModel")
interface PictureReader {

    String read(@UserMessage String question, @UserMessage ImageContent picture);
}
