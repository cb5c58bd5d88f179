package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CitedAnswerTest {

    @Test
    void whatIsRightHasTheAnswerAndAQuoteWithIt() {
        assertThat(isRight("87.00", "total 87.00", "87.00")).isTrue();
        assertThat(isRight("87.01", "total 87.01", "87.00"))
                .as("another answer")
                .isFalse();
        assertThat(isRight("87.00", "total", "87.00")).as("a quote without it").isFalse();
    }

    @Test
    void whatIsNotThereMustBeSaidNotToBeFound() {
        CitedAnswer nothing = said("{\"found\":false}");

        assertThat(nothing.isRight("")).isTrue();
        assertThat(nothing.isRight("87.00")).isFalse();
        assertThat(isRight("87.00", "total 87.00", "")).isFalse();
    }

    @Test
    void whatIsNoRecordIsWrong() {
        assertThat(said("{\"found\":").isRight("")).isFalse();
        assertThat(said("87.00").isRight("87.00")).isFalse();
        assertThat(said(null).isRight("")).isFalse();
    }

    private static boolean isRight(String said, String quote, String answer) {
        String json = "{\"found\":true,\"answer\":\"" + said + "\",\"page\":1,\"box\":[750,500,950,600],\"quote\":\""
                + quote + "\"}";
        return said(json).isRight(answer);
    }

    private static CitedAnswer said(@Nullable String text) {
        return new CitedAnswer(OutsideChat.json(text));
    }
}
