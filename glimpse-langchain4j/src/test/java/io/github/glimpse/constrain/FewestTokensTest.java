package io.github.glimpse.constrain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.constrain.TokenVocabulary.FirstBlank;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How short the answers of a choice are, in tokens. */
class FewestTokensTest {

    /** All bytes alone, and these. */
    private static TokenVocabulary vocabulary(FirstBlank first, String... tokens) {
        List<byte[]> bytes = Stream.concat(
                        IntStream.range(0, 256).mapToObj(value -> new byte[] {(byte) value}),
                        Stream.of(tokens).map(token -> token.getBytes(StandardCharsets.UTF_8)))
                .toList();
        return TokenVocabulary.of(
                bytes.size() + 1,
                id -> id < bytes.size() ? bytes.get(id) : null,
                new int[] {bytes.size()},
                Map.of(),
                first);
    }

    @ParameterizedTest
    @CsvSource({
        "abcdef,        2", // abc def; the longest token first would be abcd e f
        "abc,           1",
        "xyz,           3",
        "été,           3"
    })
    void countsTheFewestAndNotTheLongestFirst(String text, int tokens) {
        TokenVocabulary vocabulary = vocabulary(FirstBlank.KEPT, "abc", "abcd", "def", "é");
        ConstraintCursor cursor = OutputConstraint.choice(List.of(text)).start(vocabulary);
        assertThat(cursor.leastTokens()).isEqualTo(tokens);
    }

    @Test
    void countsTheNearestTextFromEachPlace() {
        TokenVocabulary vocabulary = vocabulary(FirstBlank.KEPT, "ab", "cdefg");
        ConstraintCursor cursor =
                OutputConstraint.choice(List.of("abcdefg", "abxyz")).start(vocabulary);
        assertThat(cursor.leastTokens()).isEqualTo(2);
        cursor.accept('a', ConstraintListener.NONE);
        cursor.accept('b', ConstraintListener.NONE);
        assertThat(cursor.leastTokens()).isEqualTo(1);
        cursor.accept('x', ConstraintListener.NONE);
        assertThat(cursor.leastTokens()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "'abc',  1", // the token ' abc', whose blank is lost
        "' abc', 2", // a blank that is lost, and ' abc'
        "'xabc', 2"
    })
    void aFirstTokenCountsWithoutTheBlankThatIsLost(String text, int tokens) {
        TokenVocabulary vocabulary = vocabulary(FirstBlank.STRIPPED, " abc", "abc");
        assertThat(OutputConstraint.choice(List.of(text)).start(vocabulary).leastTokens())
                .isEqualTo(tokens);
    }

    /** Many texts are prepared once, and in a moment. */
    @Test
    void thousandsOfTextsAreCountedToo() {
        List<String> texts = IntStream.range(0, 4_000)
                .mapToObj(number -> "option number " + number)
                .toList();
        TokenVocabulary vocabulary = vocabulary(FirstBlank.KEPT, "option", " number", " 1", "399");
        assertThat(OutputConstraint.choice(texts).start(vocabulary).leastTokens())
                .isEqualTo(3);
    }
}
