package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LoadTimesIT {

    @Test
    void printsTheStartOfTheLibraryAndTwoLoads() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        LoadTimes.print(new PrintStream(printed, true, StandardCharsets.UTF_8));

        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .hasSize(3)
                .first()
                .asString()
                .matches("library=\\d+ device=cpu");
        assertThat(printed.toString(StandardCharsets.UTF_8).lines().skip(1))
                .allMatch(line -> line.matches("copy=\\d+ load=\\d+"));
    }
}
