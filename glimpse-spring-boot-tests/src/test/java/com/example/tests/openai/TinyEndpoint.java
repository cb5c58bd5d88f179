package com.example.tests.openai;

import com.example.tests.Folders;
import java.util.stream.Stream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Starter of an application whose endpoint, on a free port, serves a tiny model by the name {@code tiny}. */
final class TinyEndpoint {

    private TinyEndpoint() {}

    /** Starts one with more properties. */
    static ConfigurableApplicationContext start(String... properties) {
        return new SpringApplicationBuilder(OpenAiEndpointTest.Application.class)
                .properties(Stream.concat(
                                Stream.of(
                                        "spring.main.banner-mode=off",
                                        "server.port=0",
                                        "glimpse.model.location=" + Folders.QWEN.resolve("model"),
                                        "glimpse.model.name=tiny",
                                        "glimpse.openai.enabled=true"),
                                Stream.of(properties))
                        .toArray(String[]::new))
                .run();
    }
}
