package io.github.glimpse.constrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.answer.ToolCallFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What has gone wrong in engines of this kind, ours among them. */
class ConstraintTrapsTest {

    private static final TokenVocabulary STRIPPING = TokenVocabulary.of(
            ByteTokens.END + 1,
            id -> id < ByteTokens.END ? new byte[] {(byte) id} : null,
            new int[] {ByteTokens.END},
            Map.of(),
            TokenVocabulary.FirstBlank.STRIPPED);

    @Test
    void aBlankThatTheDecoderDropsCountsAsATokenOfTheWay() {
        ConstraintCursor cursor = OutputConstraint.choice(List.of(" a")).start(STRIPPING);
        assertThat(cursor.leastTokens()).isEqualTo(3);
        cursor.accept(' ', ConstraintListener.NONE);
        assertThat(cursor.leastTokens()).isEqualTo(2);
        assertThat(OutputConstraint.choice(List.of(" a", "abc"))
                        .start(STRIPPING)
                        .leastTokens())
                .isEqualTo(3);
        assertThat(OutputConstraint.choice(List.of(" a", "ab")).start(STRIPPING).leastTokens())
                .isEqualTo(2);
    }

    @Test
    void refusesHalfASurrogatePairWhereverATextIsGiven() {
        String half = "\\ud83d";
        for (String schema : List.of(
                "{\"const\":\"" + half + "\"}",
                "{\"enum\":[[{\"a\":\"" + half + "\"}]]}",
                "{\"enum\":[{\"" + half + "\":1}]}",
                "{\"type\":\"object\",\"properties\":{\"" + half + "\":{}}}",
                "{\"type\":\"object\",\"required\":[\"" + half + "\"]}",
                "{\"pattern\":\"" + half + "\"}")) {
            assertThatThrownBy(() -> OutputConstraint.jsonSchema(schema, JsonStyle.OPEN))
                    .as(schema)
                    .isInstanceOf(UnsupportedConstraintException.class)
                    .hasMessageContaining("surrogate");
        }
        assertThatThrownBy(() -> OutputConstraint.choice(List.of("a", "\ud83d")))
                .isInstanceOf(InvalidConstraintException.class)
                .hasMessageContaining("surrogate");
    }

    @Test
    void aTokenThatIsNotAllowedIsRefusedAndTheAnswerGoesOnFromWhereItWas() {
        ConstraintCursor cursor = OutputConstraint.choice(List.of("abc")).start(ByteTokens.VOCABULARY);
        cursor.accept('a', ConstraintListener.NONE);
        for (int id : new int[] {0, 'a', ByteTokens.END, ByteTokens.END + 1, -1, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> cursor.accept(id, ConstraintListener.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(String.valueOf(id))
                    .hasMessageContaining("scores are numbers");
        }
        cursor.accept('b', ConstraintListener.NONE);
        assertThat(cursor.complete()).isFalse();
        cursor.accept('c', ConstraintListener.NONE);
        assertThat(cursor.finished()).isTrue();
    }

    /** As Java, Python, Rust and ECMA-262 each take them: the flag gives Java the meaning of the others. */
    @Test
    void whatAClassOfCharactersTakesIsTakenByEveryDialect() {
        for (String pattern :
                List.of("\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "[^\\d]", "[^\\w]", "[^\\s]", "[^\\D]", "[^\\Wa]")) {
            TextAutomaton own = PatternCompiler.whole(TextPatternReader.read(pattern), new CompileWork());
            Pattern ascii = Pattern.compile(pattern);
            Pattern unicode = Pattern.compile(pattern, Pattern.UNICODE_CHARACTER_CLASS);
            for (int point = 0; point <= Character.MAX_CODE_POINT; point += point < 0x3100 ? 1 : 37) {
                if (point < 0xD800 || point > 0xDFFF) {
                    String text = Character.toString(point);
                    if (own.matches(text)
                            && !(ascii.matcher(text).matches()
                                    && unicode.matcher(text).matches())) {
                        throw new AssertionError(pattern + " takes U+" + Integer.toHexString(point));
                    }
                }
            }
        }
    }

    @Test
    void argumentsHoldWhatTheToolListsAndNoMoreDigitsThanAreSetAlsoBesideAnOpenDocument() {
        ToolShape tool = new ToolShape(
                "f", "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}", ToolShape.Arguments.STRICT);
        OutputConstraint both = OutputConstraint.toolsOrJson(
                List.of(tool),
                new ToolUse(ToolUse.Choice.AUTO, 1),
                JsonStyle.OPEN.withIntegerDigits(2),
                ToolCallFormat.HERMES,
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}");
        String call = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 12";
        assertThat(allowed(both, call)).contains((int) '}').doesNotContain((int) ',', (int) '3');
        assertThat(allowed(both, "{\"a\": 12")).contains((int) '}', (int) ',').doesNotContain((int) '3');
    }

    /** Bytes that may come behind a text. */
    private static List<Integer> allowed(OutputConstraint constraint, String text) {
        ConstraintCursor cursor = constraint.start(ByteTokens.VOCABULARY);
        text.chars().forEach(unit -> cursor.accept(unit, ConstraintListener.NONE));
        long[] mask = new long[ByteTokens.VOCABULARY.words()];
        cursor.mask(mask);
        return BitSet.valueOf(mask).stream().boxed().toList();
    }

    @Test
    void aRefusalNamesThePlaceTheValueAndTheLimit() {
        assertThatThrownBy(() -> OutputConstraint.jsonSchema(
                        "{\"properties\":{\"a\":{\"type\":\"string\",\"maxLength\":1000000}}}", JsonStyle.OPEN))
                .isInstanceOf(InvalidConstraintException.class)
                .hasMessageContaining("1000000")
                .hasMessageContaining("#/properties/a")
                .hasMessageContaining("limit is " + CompileWork.MOST_STATES);
        assertThatThrownBy(() ->
                        OutputConstraint.jsonSchema("{\"items\":{\"pattern\":\"(a|b)*a(a|b){20}\"}}", JsonStyle.OPEN))
                .isInstanceOf(InvalidConstraintException.class)
                .hasMessageContaining("#/items")
                .hasMessageContaining("limit");
    }

    @Test
    void answersOfOneConstraintAtOnceGetTheMasksThatEachGetsAlone() throws Exception {
        String schema = "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"maxLength\":20},"
                + "\"b\":{\"type\":\"array\",\"items\":{\"anyOf\":[{\"type\":\"number\"},{\"type\":\"string\",\"pattern\":\"^x+y\"}]}}}}";
        List<List<String>> alone = new ArrayList<>();
        for (int answer = 0; answer < 8; answer++) {
            alone.add(masks(OutputConstraint.jsonSchema(schema, JsonStyle.OPEN), answer));
        }
        OutputConstraint shared = OutputConstraint.jsonSchema(schema, JsonStyle.OPEN);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<List<String>>> together = new ArrayList<>();
            for (int answer = 0; answer < 8; answer++) {
                int number = answer;
                together.add(threads.submit(() -> masks(shared, number)));
            }
            for (int answer = 0; answer < 8; answer++) {
                assertThat(together.get(answer).get(1, TimeUnit.MINUTES)).isEqualTo(alone.get(answer));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<String> masks(OutputConstraint constraint, int seed) {
        Random random = new Random(seed);
        ConstraintCursor cursor = constraint.start(ByteTokens.VOCABULARY);
        long[] allowed = new long[ByteTokens.VOCABULARY.words()];
        List<String> masks = new ArrayList<>();
        for (int count = 0; count < 200 && !cursor.finished(); count++) {
            cursor.mask(allowed);
            masks.add(Arrays.toString(allowed));
            int[] ids = BitSet.valueOf(allowed).stream()
                    .filter(id -> id != ByteTokens.END)
                    .toArray();
            cursor.accept(ids[random.nextInt(ids.length)], ConstraintListener.NONE);
        }
        return masks;
    }

    @Test
    void aConstraintServesTwoVocabulariesInTurns() {
        OutputConstraint constraint = OutputConstraint.choice(List.of(" a", "b"));
        for (int turn = 0; turn < 3; turn++) {
            assertThat(constraint.start(ByteTokens.VOCABULARY).leastTokens()).isEqualTo(1);
            long[] allowed = new long[STRIPPING.words()];
            constraint.start(STRIPPING).mask(allowed);
            assertThat(BitSet.valueOf(allowed).stream().toArray()).containsExactly(' ', 'b');
            constraint.start(ByteTokens.VOCABULARY).mask(allowed);
            assertThat(BitSet.valueOf(allowed).stream().toArray()).containsExactly(' ', 'b');
        }
    }
}
