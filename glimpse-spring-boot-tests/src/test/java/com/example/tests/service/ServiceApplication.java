package com.example.tests.service;

import dev.langchain4j.service.spring.AiService;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** An application whose service takes whatever model there is. */
@SpringBootApplication
public class ServiceApplication {

    /** The service. */
    @AiService
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
