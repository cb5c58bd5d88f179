package com.example.tests.plain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** What the log of a web application with Actuator has, without a line of its own about Glimpse. */
@ExtendWith(OutputCaptureExtension.class)
class ActuatorLogTest {

    @Test
    void theStartIsQuietAboutWhatTheApplicationDoesNotHave(CapturedOutput output) {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .properties("spring.main.banner-mode=off", "server.port=0", "server.address=127.0.0.1")
                .run()) {
            assertThat(context.containsBean("glimpseTracer")).isTrue();
            assertThat(output)
                    .contains("Started")
                    .doesNotContain("Failed to introspect")
                    .doesNotContain(" WARN ")
                    .doesNotContain("Exception");
        }
    }

    @SpringBootApplication
    static class Application {}
}
