package com.example.tests.openai;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Server process of the HTTP soak: the embedded model behind the endpoint, two API keys, meters by Actuator. Prints its port and
 * ends when its standard input does.
 */
@SpringBootApplication
class SoakServer {

    static final String FIRST_KEY = "soak-key-one";
    static final String SECOND_KEY = "soak-key-two";
    static final String PORT_LINE = "soak server port ";

    public static void main(String[] arguments) throws java.io.IOException {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(SoakServer.class)
                .properties(
                        "spring.main.banner-mode=off",
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "management.endpoints.web.exposure.include=metrics",
                        "glimpse.openai.enabled=true",
                        "glimpse.openai.api-keys=" + FIRST_KEY + "," + SECOND_KEY,
                        // Fewer than the clients with one key, so that some are refused.
                        "glimpse.openai.max-requests-per-key=2",
                        "glimpse.openai.keep-alive=200ms",
                        "glimpse.openai.max-body=4MB",
                        "glimpse.serving.max-running=2",
                        "glimpse.concurrency.max-queued=1",
                        "glimpse.limits.timeout=20s",
                        // Small caches: they are full, and evict, before the first quarter of a soak has passed.
                        "glimpse.cache.vision-features.max-size=4MB",
                        "glimpse.cache.prefix.max-size=8MB",
                        "logging.level.root=warn")
                .run()) {
            System.out.println(PORT_LINE + context.getEnvironment().getRequiredProperty("local.server.port"));
            while (System.in.read() >= 0) {
                // The test closes this stream, also when it dies.
            }
        }
    }
}
