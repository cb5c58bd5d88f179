package io.github.glimpse.constrain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.constrain.TokenVocabulary.FirstBlank;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How short answers are, in tokens. */
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

    /** Between keys nothing but the values is free: a record fits into a third of its bytes. */
    @Test
    void keysCountAsTheTokensThatSpellThem() {
        TokenVocabulary vocabulary = vocabulary(
                FirstBlank.KEPT, "{\"", "name", "\":", "\"", ",\"", "total", "customer", "\"}", ",", "\",\"");
        ConstraintCursor cursor =
                OutputConstraint.jsonSchema("""
                        {"type": "object", "additionalProperties": false, "required": ["name", "customer", "total"],
                         "properties": {"name": {"type": "string"}, "customer": {"type": "string"},
                                        "total": {"type": "integer"}}}""", JsonStyle.CLOSED).start(vocabulary);
        // {"name":"","customer":"","total":0}: {" name ": " " ," customer ": " " ," total ": 0 }
        assertThat(cursor.leastTokens()).isEqualTo(15);
        cursor.accept(256, ConstraintListener.NONE);
        assertThat(cursor.leastTokens()).isEqualTo(14);
        cursor.accept(257, ConstraintListener.NONE);
        cursor.accept(258, ConstraintListener.NONE);
        assertThat(cursor.leastTokens()).isEqualTo(12);
    }

    /** The shortest answer is written where the limit is just the least that was told, by tokens of several bytes. */
    @Test
    void theLeastTokensSufficeAndOneLessIsTooLate() {
        TokenVocabulary vocabulary = vocabulary(FirstBlank.KEPT, "{\"", "left", "right", "\":", "true", "false", ",\"");
        ConstraintCursor cursor =
                OutputConstraint.jsonSchema("""
                        {"type": "object", "additionalProperties": false, "required": ["left", "right"],
                         "properties": {"left": {"type": "boolean"}, "right": {"const": "left"}}}""", JsonStyle.CLOSED).start(vocabulary);
        int left = cursor.leastTokens();
        assertThat(left).isEqualTo(11);
        long[] allowed = new long[vocabulary.words()];
        int written = 0;
        while (!cursor.finished()) {
            cursor.mask(allowed, left - written);
            cursor.accept(BitSet.valueOf(allowed).nextSetBit(0), ConstraintListener.NONE);
            written++;
            assertThat(cursor.leastTokens()).isEqualTo(left - written);
        }
        assertThat(written).isEqualTo(left);
    }

    @Test
    void aTextIsSpelledByTheFewestTokensTheLongerOneFirst() {
        TokenVocabulary vocabulary = vocabulary(FirstBlank.KEPT, "abc", "abcd", "ab", "cdef", "def");
        assertThat(vocabulary.spelled("abcdef")).containsExactly(256, 260);
        assertThat(vocabulary.spelled("xab")).containsExactly('x', 258);
        assertThat(vocabulary(FirstBlank.STRIPPED, " abc", "abc").spelled("abc abc"))
                .containsExactly(256, 256);
    }

    /** As models spell that can write any byte: those tokens stand in front of the characters that they are taught. */
    @Test
    void ofTokensWithTheSameBytesTheLastSpells() {
        assertThat(vocabulary(FirstBlank.KEPT, "b", "a").spelled("abc")).containsExactly(257, 256, 'c');
    }
}
