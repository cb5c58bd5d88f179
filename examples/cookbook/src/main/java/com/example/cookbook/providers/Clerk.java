package com.example.cookbook.providers;

import dev.langchain4j.service.spring.AiService;
import dev.langchain4j.service.spring.AiServiceWiringMode;

@AiService(wiringMode = AiServiceWiringMode.EXPLICIT, chatModel = "officeModel", tools = "pictureTools")
interface Clerk {

    String work(String task);
}
