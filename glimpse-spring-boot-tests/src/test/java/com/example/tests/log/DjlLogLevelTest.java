package com.example.tests.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;

/** DJL's lines at INFO repeat Glimpse's own; an application may turn them on. */
class DjlLogLevelTest {

    private static final Logger DJL = LoggerFactory.getLogger("ai.djl.util.Platform");

    private static void start(String... arguments) {
        new SpringApplicationBuilder(Empty.class)
                .properties("spring.main.banner-mode=off", "spring.main.web-application-type=none")
                .run(arguments)
                .close();
    }

    @Test
    void djlLogsWarningsAndErrorsAlone() {
        start();

        assertThat(DJL.isInfoEnabled()).isFalse();
        assertThat(DJL.isWarnEnabled()).isTrue();
        assertThat(LoggerFactory.getLogger("io.github.glimpse").isInfoEnabled()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--logging.level.ai.djl=info", "--logging.level.ai.djl.util=info"})
    void theLevelOfTheApplicationWins(String level) {
        start(level);

        assertThat(DJL.isInfoEnabled()).isTrue();
    }

    @Configuration(proxyBeanMethods = false)
    static class Empty {}
}
