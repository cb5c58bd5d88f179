package io.github.glimpse.examples.quickstart;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.spring.AiService;

/** Answers questions about pictures. LangChain4j writes the implementation and wires it to Glimpse's models. */
@AiService
interface PictureAssistant {

    /** The answer, piece by piece as it is made. */
    TokenStream answer(@UserMessage String question, @UserMessage ImageContent picture);
}
