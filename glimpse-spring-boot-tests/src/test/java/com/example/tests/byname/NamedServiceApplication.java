package com.example.tests.byname;

import dev.langchain4j.service.spring.AiService;
import dev.langchain4j.service.spring.AiServiceWiringMode;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** An application whose service asks for a model by its name. */
@SpringBootApplication
public class NamedServiceApplication {

    /** The service. */
    @AiService(wiringMode = AiServiceWiringMode.EXPLICIT, chatModel = "glimpseChatModel")
    public interface Assistant {

        /** Answers. */
        String answer(String question);
    }

    /** Asks for it, as a controller would. */
    @Bean
    Supplier<Assistant> asking(Assistant assistant) {
        return () -> assistant;
    }
}
