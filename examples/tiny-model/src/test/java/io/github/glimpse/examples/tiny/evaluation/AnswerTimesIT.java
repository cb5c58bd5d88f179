package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AnswerTimesIT {

    @Test
    void printsTheTimesOfAThirdQuestionAboutAPicture() {
        assertThat(printed(3, 0))
                .matches(
                        "questions=2 side=224 turns=3 ids=1[0-9]{2} threads=auto least=[0-9.]+ median=[0-9.]+ p90=[0-9.]+");
    }

    @Test
    void aTextInFrontMakesThePromptLonger() {
        assertThat(printed(1, 40)).containsPattern("turns=1 ids=[0-9]{4} ");
    }

    private static String printed(int turns, int sentences) {
        AnswerTimes.Written options = new AnswerTimes.Written();
        options.questions = 2;
        options.side = 224;
        options.turns = turns;
        options.sentences = sentences;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        AnswerTimes.print(options, new PrintStream(printed, true, StandardCharsets.UTF_8));
        return printed.toString(StandardCharsets.UTF_8).strip();
    }
}
