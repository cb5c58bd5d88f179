package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AnswerTimesIT {

    @Test
    void printsTheTimesOfAThirdQuestionAboutAPicture() {
        AnswerTimes.Written options = new AnswerTimes.Written();
        options.questions = 2;
        options.side = 224;
        options.turns = 3;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        AnswerTimes.print(options, new PrintStream(printed, true, StandardCharsets.UTF_8));

        assertThat(printed.toString(StandardCharsets.UTF_8).strip())
                .matches("questions=2 side=224 turns=3 threads=auto least=[0-9.]+ median=[0-9.]+ p90=[0-9.]+");
    }
}
