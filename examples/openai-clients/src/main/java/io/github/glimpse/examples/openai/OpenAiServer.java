package io.github.glimpse.examples.openai;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Serves a model to clients of OpenAI's API. All that there is to say is in {@code application.properties}. */
@SpringBootApplication
public class OpenAiServer {

    /** Starts it. */
    public static void main(String[] arguments) {
        SpringApplication.run(OpenAiServer.class, arguments);
    }
}
