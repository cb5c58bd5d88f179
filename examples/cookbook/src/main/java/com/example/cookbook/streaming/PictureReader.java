package com.example.cookbook.streaming;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.spring.AiService;

@AiService
interface PictureReader {

    TokenStream read(@UserMessage String question, @UserMessage ImageContent picture);
}
