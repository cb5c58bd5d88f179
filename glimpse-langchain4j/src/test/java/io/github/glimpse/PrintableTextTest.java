package io.github.glimpse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintableTextTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "000a | \\u{a}",
                "000d | \\u{d}",
                "001b | \\u{1b}",
                "0000 | \\u{0}",
                "0085 | \\u{85}",
                "009b | \\u{9b}",
                "2028 | \\u{2028}",
                "2029 | \\u{2029}",
                "202e | \\u{202e}",
                "2066 | \\u{2066}",
                "feff | \\u{feff}",
                "d800 | \\u{d800}",
                "e0041 | \\u{e0041}"
            })
    void charactersThatMoveTheCursorOrAreUnseenAreEscaped(String code, String expected) {
        String text = "a" + Character.toString(Integer.parseInt(code, 16)) + "b";

        assertThat(PrintableText.of(text)).isEqualTo("a" + expected + "b");
    }

    @Test
    void otherTextStaysAsItIs() {
        String text = "Größe 12 €, 日本語, \uD83D\uDE00 'a' \\ \"b\"";

        assertThat(PrintableText.of(text)).isEqualTo(text);
    }

    @Test
    void longTextsAreCutBetweenCharacters() {
        assertThat(PrintableText.of("abcdef", 3)).isEqualTo("abc…");
        assertThat(PrintableText.of("ab\uD83D\uDE00def", 3)).isEqualTo("ab\uD83D\uDE00…");
        assertThat(PrintableText.of("abc", 3)).isEqualTo("abc");
        assertThat(PrintableText.of("x".repeat(5_000))).hasSize(2_001);
    }

    @Test
    void messagesOfDocumentsAreOneLine() {
        InvalidDocumentException error =
                new InvalidDocumentException(InvalidDocumentException.Reason.BROKEN, "'a\nb\u001b[2J' is broken");

        assertThat(error).hasMessage("'a\\u{a}b\\u{1b}[2J' is broken");
    }
}
