package io.github.glimpse.constrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.answer.AnswerEnding;
import io.github.glimpse.answer.AnswerListener;
import io.github.glimpse.answer.AnswerReader;
import io.github.glimpse.answer.AnswerSetup;
import io.github.glimpse.answer.AnswerTool;
import io.github.glimpse.answer.CallLayout;
import io.github.glimpse.answer.ReadCall;
import io.github.glimpse.answer.ThinkingTags;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.constrain.ToolUse.Choice;
import io.github.glimpse.testing.Sample;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random answers under the masks of each format, read back: calls of the request's tools with valid arguments only. */
class MaskedCallsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ANSWERS = Sample.count(40, 4_000);
    private static final long SEED = Long.getLong("glimpse.seed", 7501);
    private static final int MOST_TOKENS = 400;
    private static final int MARKERS = ByteTokens.END + 1;

    private static final Map<String, String> TOOLS = new LinkedHashMap<>();

    static {
        TOOLS.put("ping", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}");
        TOOLS.put("put", """
                {"type":"object","properties":{
                  "text":{"type":"string"},"count":{"type":"integer","minimum":-5,"maximum":120},
                  "ratio":{"type":"number"},"on":{"type":"boolean"},"mode":{"enum":["text","a 'b' \\"c\\"",7,null]},
                  "list":{"type":"array","items":{"type":"string"},"maxItems":2}},
                 "required":["text","count"]}""");
        TOOLS.put("mixed", """
                {"type":"object","properties":{
                  "maybe":{"type":["string","null"],"maxLength":12},
                  "either":{"anyOf":[{"type":"integer"},{"type":"string","maxLength":9}]},
                  "any":{"description":"without a type"},
                  "code":{"type":"string","pattern":"^[0-9]{3}$"},
                  "map":{"$ref":"#/$defs/map"}},
                 "$defs":{"map":{"type":"object","properties":{"a":{"type":"string","maxLength":5},"b":{"type":"boolean"}},
                   "required":["a"],"additionalProperties":false}},
                 "required":["maybe","either"],"additionalProperties":false}""");
        TOOLS.put("others", """
                {"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":{"type":"integer"}}""");
    }

    private static List<ToolShape> shapes(ToolShape.Arguments arguments) {
        return TOOLS.entrySet().stream()
                .map(tool -> new ToolShape(tool.getKey(), tool.getValue(), arguments))
                .toList();
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException invalid) {
            throw new IllegalArgumentException(text, invalid);
        }
    }

    /** All bytes, an end, and the tokens of a format. */
    private static TokenVocabulary vocabulary(List<String> tokens) {
        Map<String, Integer> markers = new LinkedHashMap<>();
        tokens.forEach(text -> markers.put(text, MARKERS + markers.size()));
        return TokenVocabulary.of(
                MARKERS + tokens.size(),
                id -> id < ByteTokens.END ? new byte[] {(byte) id} : null,
                new int[] {ByteTokens.END},
                markers,
                TokenVocabulary.FirstBlank.KEPT);
    }

    @Test
    void everyAnswerUnderAMaskIsReadAsCallsOfTheRequestsTools() {
        for (ToolCallFormat format : ToolCallFormat.values()) {
            for (Choice choice : Choice.values()) {
                for (List<String> tokens : List.of(List.<String>of(), format.tokens())) {
                    int calls = readRandomAnswers(format, choice, tokens);
                    assertThat(calls)
                            .as("calls of %s, %s, %s", format, choice, tokens)
                            .isPositive();
                }
            }
        }
    }

    private static int readRandomAnswers(ToolCallFormat format, Choice choice, List<String> tokens) {
        OutputConstraint constraint = OutputConstraint.tools(
                shapes(ToolShape.Arguments.STRICT), new ToolUse(choice, 3), JsonStyle.CLOSED, format);
        TokenVocabulary vocabulary = vocabulary(tokens);
        Random random = new Random(SEED);
        int count = 0;
        for (int number = 0; number < ANSWERS; number++) {
            ConstraintCursor cursor = constraint.start(vocabulary);
            String begun = choice == Choice.AUTO && random.nextBoolean() ? opening(format, random) : "";
            write(begun, cursor, tokens);
            String answer = begun + answer(cursor, vocabulary, tokens, random);
            String about = format + " " + choice + " " + tokens.size() + " tokens, answer " + number + ": " + answer;
            Log log = read(format, List.of(answer));
            assertThat(log.unlisted).as(about).isEmpty();
            if (choice == Choice.REQUIRED) {
                assertThat(log.calls).as(about).isNotEmpty();
            }
            for (ReadCall call : log.calls) {
                assertThat(TOOLS).as(about).containsKey(call.name());
                requireValid(call, about);
            }
            Log pieces = read(
                    format, answer.codePoints().mapToObj(Character::toString).toList());
            assertThat(pieces.calls).as(about).isEqualTo(log.calls);
            assertThat(pieces.text).as(about).isEqualTo(log.text);
            count += log.calls.size();
        }
        return count;
    }

    /** Text and the beginning of a call: random bytes would hardly ever be one. */
    private static String opening(ToolCallFormat format, Random random) {
        CallLayout layout = format.layout();
        String open =
                layout.sections().get(random.nextInt(layout.sections().size())).open();
        return layout.markers().isEmpty() ? open : "See: <" + open;
    }

    private static void write(String text, ConstraintCursor cursor, List<String> tokens) {
        for (int symbol : new GrammarBuilder(new CompileWork(), tokens).symbolsOf(text)) {
            int id = symbol < Grammar.FIRST_MARKER ? symbol : MARKERS + symbol - Grammar.FIRST_MARKER;
            cursor.accept(id, ConstraintListener.NONE);
        }
    }

    private static String answer(
            ConstraintCursor cursor, TokenVocabulary vocabulary, List<String> tokens, Random random) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long[] allowed = new long[vocabulary.words()];
        for (int left = MOST_TOKENS; !cursor.finished(); left--) {
            cursor.mask(allowed, left);
            int id = choose(BitSet.valueOf(allowed), random);
            if (id == ByteTokens.END) {
                break;
            }
            cursor.accept(id, ConstraintListener.NONE);
            byte[] spelled = id < ByteTokens.END
                    ? new byte[] {(byte) id}
                    : tokens.get(id - MARKERS).getBytes(StandardCharsets.UTF_8);
            bytes.writeBytes(spelled);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Markers and characters of markup more often than their share. */
    private static int choose(BitSet allowed, Random random) {
        int[] ids = allowed.stream().toArray();
        int[] special = allowed.stream()
                .filter(id -> id >= MARKERS || "<>/[]{}\"'|\\\n,:".indexOf(id) >= 0)
                .toArray();
        int[] from = special.length > 0 && random.nextInt(3) == 0 ? special : ids;
        return from[random.nextInt(from.length)];
    }

    private static void requireValid(ReadCall call, String about) {
        ConstraintCursor cursor = OutputConstraint.jsonSchema(TOOLS.getOrDefault(call.name(), ""), JsonStyle.CLOSED)
                .start(ByteTokens.VOCABULARY);
        // Masks escape it, writers do not.
        String written = JsonText.spelled(json(call.arguments())).replace("\u007F", "\\u007f");
        for (byte value : written.getBytes(StandardCharsets.UTF_8)) {
            try {
                cursor.accept(value & 0xFF, ConstraintListener.NONE);
            } catch (IllegalArgumentException refused) {
                throw new AssertionError(about + "\n" + written, refused);
            }
        }
        assertThat(cursor.complete()).as(about).isTrue();
    }

    private static Log read(ToolCallFormat format, List<String> pieces) {
        List<AnswerTool> tools = TOOLS.entrySet().stream()
                .map(tool -> new AnswerTool(tool.getKey(), json(tool.getValue())))
                .toList();
        boolean isHarmony = format == ToolCallFormat.HARMONY;
        Log log = new Log();
        AnswerReader reader = new AnswerReader(
                new AnswerSetup(
                        isHarmony ? ThinkingTags.HARMONY : null,
                        isHarmony ? "<|start|>assistant" : "",
                        format,
                        tools,
                        Set.of(),
                        AnswerReader.CallEvents.STREAMED),
                log);
        pieces.forEach(reader::append);
        reader.finish(AnswerEnding.COMPLETE);
        return log;
    }

    private static final class Log implements AnswerListener {

        private final List<ReadCall> calls = new ArrayList<>();
        private final List<String> unlisted = new ArrayList<>();
        private final StringBuilder collected = new StringBuilder();
        private String text = "";

        @Override
        public void text(String piece) {
            collected.append(piece);
            text = collected.toString();
        }

        @Override
        public void call(int index, ReadCall call) {
            calls.add(call);
        }

        @Override
        public void unlistedTool(String name) {
            unlisted.add(name);
        }
    }

    @Test
    void argumentsOfAToolThatIsNotStrictAreReadToo() {
        for (ToolCallFormat format : ToolCallFormat.values()) {
            OutputConstraint constraint = OutputConstraint.tools(
                    shapes(ToolShape.Arguments.FREE), new ToolUse(Choice.REQUIRED, 2), JsonStyle.CLOSED, format);
            TokenVocabulary vocabulary = vocabulary(format.tokens());
            Random random = new Random(SEED);
            for (int number = 0; number < ANSWERS; number++) {
                String answer = answer(constraint.start(vocabulary), vocabulary, format.tokens(), random);
                assertThat(read(format, List.of(answer)).calls)
                        .as(format + ": " + answer)
                        .isNotEmpty();
            }
        }
    }

    @Test
    void aNameThatTheFormatCannotWriteIsRefused() {
        List<ToolShape> tools = List.of(new ToolShape(
                "f",
                "{\"type\":\"object\",\"properties\":{\"a b\":{\"type\":\"string\"}}}",
                ToolShape.Arguments.STRICT));
        ToolUse use = new ToolUse(Choice.REQUIRED, 1);
        assertThatThrownBy(() -> OutputConstraint.tools(tools, use, JsonStyle.CLOSED, ToolCallFormat.GEMMA4))
                .isInstanceOf(InvalidConstraintException.class)
                .hasMessageContaining("'a b'");
        assertThat(OutputConstraint.tools(tools, use, JsonStyle.CLOSED, ToolCallFormat.MISTRAL_V13)
                        .callFormat())
                .contains(ToolCallFormat.MISTRAL_V13);
    }
}
