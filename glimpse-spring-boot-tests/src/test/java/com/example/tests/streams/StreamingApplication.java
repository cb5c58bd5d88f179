package com.example.tests.streams;

import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.spring.AiService;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Application whose service streams. */
@SpringBootApplication
public class StreamingApplication {

    /** The service. */
    @AiService
    public interface Assistant {

        /** Answers. */
        TokenStream answer(String question);
    }
}
