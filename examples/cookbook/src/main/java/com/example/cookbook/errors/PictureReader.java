package com.example.cookbook.errors;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.spring.AiService;

@AiService
interface PictureReader {

    String read(@UserMessage String question, @UserMessage ImageContent picture);
}
