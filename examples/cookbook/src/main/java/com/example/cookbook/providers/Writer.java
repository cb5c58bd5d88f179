package com.example.cookbook.providers;

import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.spring.AiService;
import dev.langchain4j.service.spring.AiServiceWiringMode;

@AiService(wiringMode = AiServiceWiringMode.EXPLICIT, chatModel = "officeModel")
interface Writer {

    @UserMessage("Write one polite sentence to the guest about this: {{it}}")
    String letter(String facts);
}
