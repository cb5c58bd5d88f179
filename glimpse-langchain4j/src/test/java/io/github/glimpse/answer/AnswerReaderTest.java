package io.github.glimpse.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AnswerReaderTest {

    private static final ThinkingTags THINK =
            ThinkingTags.find("", "<think></think>", token -> false).orElseThrow();
    private static final String CALL = "<tool_call>{\"name\": \"ping\", \"arguments\": {}}</tool_call>";

    private static AnswerEventLog read(ToolCallFormat format, AnswerEnding ending, String answer) {
        return AnswerEventLog.of(format, null, AdversarialAnswers.tools(), ending, answer);
    }

    private static AnswerEventLog think(String promptEnd, AnswerEnding ending, String answer) {
        AnswerSetup setup = new AnswerSetup(
                THINK,
                promptEnd,
                ToolCallFormat.HERMES,
                AdversarialAnswers.tools(),
                Set.of(),
                AnswerReader.CallEvents.COMPLETE);
        return AnswerEventLog.read(setup, ending, List.of(answer));
    }

    private static void assertRead(AnswerEventLog log, String text, String... calls) {
        assertThat(log.text.toString()).isEqualTo(text);
        assertThat(log.calls.stream().map(call -> call.name() + call.arguments()))
                .containsExactly(calls);
    }

    @Test
    void readsAMillionBlanksInPiecesOfFourInLinearWork() {
        List<String> pieces = new ArrayList<>();
        for (int count = 0; count < 250_000; count++) {
            pieces.add("    ");
        }
        for (ToolCallFormat format : ToolCallFormat.values()) {
            AnswerSetup setup = new AnswerSetup(
                    format == ToolCallFormat.HERMES ? THINK : null,
                    "",
                    format,
                    AdversarialAnswers.tools(),
                    Set.of(),
                    AnswerReader.CallEvents.COMPLETE);
            assertThat(AnswerEventLog.read(setup, AnswerEnding.COMPLETE, pieces).examined)
                    .as(format.id())
                    .isLessThanOrEqualTo(8_000_000);
        }
    }

    @Test
    void readsLongContentsOfEachFormatInLinearWork() {
        for (ToolCallFormat format : ToolCallFormat.values()) {
            for (String unit :
                    List.of("a", "\\\"", "<", "[", "</", "{\"a\":", "</function>", "<parameter=x>", " ", "1")) {
                String block = new AdversarialAnswers(format, 1).goodBlock();
                for (String begin : List.of(block, block.substring(0, block.length() * 2 / 3), "")) {
                    String answer = begin + unit.repeat(2_000) + block;
                    AnswerEventLog log = read(format, AnswerEnding.COMPLETE, answer);
                    assertThat(log.examined).as("%s %s", format.id(), unit).isLessThanOrEqualTo(8L * answer.length());
                }
            }
        }
    }

    @Test
    void readsACallAfterABlockThatFailsInsideATag() {
        assertRead(
                read(ToolCallFormat.HERMES, AnswerEnding.COMPLETE, CALL.replace("</tool_call>", "") + CALL),
                "<tool_call>{\"name\": \"ping\", \"arguments\": {}}",
                "ping{}");
        assertRead(
                read(
                        ToolCallFormat.GEMMA4,
                        AnswerEnding.COMPLETE,
                        "<|tool_call>call:put{text:<|tool_call>call:ping{}<tool_call|>"),
                "<|tool_call>call:put{text:",
                "ping{}");
        assertRead(
                read(ToolCallFormat.MISTRAL_V13, AnswerEnding.COMPLETE, "[TOOL_CALLS]pi[TOOL_CALLS]ping[ARGS]{}"),
                "[TOOL_CALLS]pi",
                "ping{}");
    }

    @Test
    void reportsUnlistedToolsAndLeavesTheirBlocksAsText() {
        String unlisted = "<tool_call>{\"name\": \"no_such\", \"arguments\": {}}</tool_call>";
        AnswerEventLog log = read(ToolCallFormat.HERMES, AnswerEnding.COMPLETE, unlisted);
        assertRead(log, unlisted);
        assertThat(log.unlisted).containsExactly("no_such");
    }

    @Test
    void keepsIdsThatAreUniqueAndReplacesOthers() {
        AnswerSetup setup = new AnswerSetup(
                null,
                "",
                ToolCallFormat.MISTRAL_V11,
                AdversarialAnswers.tools(),
                Set.of("used00000"),
                AnswerReader.CallEvents.COMPLETE);
        String answer = "[TOOL_CALLS]ping[CALL_ID]used00000[ARGS]{}[TOOL_CALLS]ping[CALL_ID]free00000[ARGS]{}"
                + "[TOOL_CALLS]ping[CALL_ID]free00000[ARGS]{}";
        AnswerEventLog log = AnswerEventLog.read(setup, AnswerEnding.COMPLETE, List.of(answer));
        assertThat(log.calls).extracting(ReadCall::id).containsExactly(null, "free00000", null);
    }

    @Test
    void reportsPiecesOfACallAsTheyComeWhereTheFormatIsConstrained() {
        AnswerSetup setup = new AnswerSetup(
                null,
                "",
                ToolCallFormat.HERMES,
                AdversarialAnswers.tools(),
                Set.of(),
                AnswerReader.CallEvents.STREAMED);
        AnswerEventLog log = new AnswerEventLog();
        AnswerReader reader = new AnswerReader(setup, log);
        reader.append("<tool_call>{\"name\": \"put\", \"arguments\": {\"text\": \"a");
        assertThat(log.pieces.get(0)).hasToString("{\"text\": \"a");
        reader.append("b\"}}\n</tool_call>");
        reader.finish(AnswerEnding.COMPLETE);
        assertRead(log, "", "put{\"text\": \"ab\"}");
    }

    @Test
    void holdsTheBeginningOfATagUntilItIsDecided() {
        AnswerEventLog log = new AnswerEventLog();
        AnswerSetup setup = new AnswerSetup(
                THINK,
                "",
                ToolCallFormat.HERMES,
                AdversarialAnswers.tools(),
                Set.of(),
                AnswerReader.CallEvents.COMPLETE);
        AnswerReader reader = new AnswerReader(setup, log);
        reader.append("A <tool_");
        assertThat(log.text).hasToString("A");
        reader.append("box>");
        assertThat(log.text).hasToString("A <tool_box>");
    }

    @Test
    void readsTagsAroundTheTextAsPartOfTheTags() {
        ThinkingTags granite = ThinkingTags.find("", "<think></think><response></response>", token -> false)
                .orElseThrow();
        AnswerSetup setup = new AnswerSetup(granite, "", null, List.of(), Set.of(), AnswerReader.CallEvents.COMPLETE);
        AnswerEventLog log =
                AnswerEventLog.read(setup, AnswerEnding.COMPLETE, List.of("<think>a</think>\n<response>b</response>"));
        assertThat(log.thinking).hasToString("a");
        assertRead(log, "b");
        assertRead(
                AnswerEventLog.read(setup, AnswerEnding.COMPLETE, List.of("<response>b</response>")),
                "<response>b</response>");
    }

    @Test
    void findsTheStateAtTheStartInTheEndOfThePrompt() {
        assertThat(THINK.start("x<think>\n")).isEqualTo(ThinkingTags.Start.INSIDE);
        assertThat(THINK.start("x<think>\n\n</think>\n\n")).isEqualTo(ThinkingTags.Start.CLOSED);
        assertThat(THINK.start("<think>a</think>b")).isEqualTo(ThinkingTags.Start.OUTSIDE);
    }

    @Test
    void findsTagsInThePromptThenTheTemplateThenTheVocabulary() {
        assertThat(ThinkingTags.find("…[THINK]\n", "<think></think>", token -> false))
                .map(ThinkingTags::open)
                .hasValue("[THINK]");
        assertThat(ThinkingTags.find("…", "", Set.of("<think>", "</think>")::contains))
                .map(ThinkingTags::open)
                .hasValue("<think>");
        assertThat(ThinkingTags.find("…", "", token -> false)).isEmpty();
    }

    @Test
    void dropsAClosingTagThatNothingOpenedOnce() {
        assertRead(think("", AnswerEnding.COMPLETE, "a</think>b</think>c"), "ab</think>c");
        assertRead(think("<think></think>", AnswerEnding.COMPLETE, "a</think>b"), "a</think>b");
        assertRead(think("", AnswerEnding.COMPLETE, "a <think> b </think> c"), "a <think> b </think> c");
    }

    @Test
    void endsAnUnclosedThoughtWithCallsUnlessTheLimitCutIt() {
        AnswerEventLog stopped = think("<think>", AnswerEnding.COMPLETE, "I call.\n" + CALL + "\n" + CALL + "\n");
        assertThat(stopped.thinking).hasToString("I call.");
        assertRead(stopped, "", "ping{}", "ping{}");
        AnswerEventLog cut = think("<think>", AnswerEnding.LENGTH, "I call.\n" + CALL);
        assertThat(cut.thinking).hasToString("I call.\n" + CALL);
        assertRead(cut, "");
    }

    @Test
    void refusesArgumentsThatNestDeeperThanJsonLibrariesRead() {
        String deep = "[".repeat(100_000);
        String answer = "<tool_call>{\"name\": \"put\", \"arguments\": {\"list\": " + deep;
        assertRead(read(ToolCallFormat.HERMES, AnswerEnding.COMPLETE, answer), answer);
    }

    @Test
    void typesParametersByTheSchema() throws Exception {
        ToolParameters types = new ToolParameters(AnswerFixtures.JSON.readTree("""
                        {"properties": {"i": {"type": "integer"}, "n": {"type": "number"}, "s": {"type": "string"},
                          "o": {"anyOf": [{"$ref": "#/$defs/o"}, {"type": "null"}]}, "e": {"enum": [1, "1", null]},
                          "loop": {"$ref": "#/properties/loop"}, "b": {"allOf": [{"type": "boolean"}]},
                          "big": {"type": "integer"}},
                         "$defs": {"o": {"type": "object"}}}"""), new Work());
        assertThat(types.json("i", " 1e3\n")).isEqualTo("1000");
        assertThat(types.json("i", "007")).isEqualTo("\"007\"");
        assertThat(types.json("i", "7.5")).isEqualTo("\"7.5\"");
        assertThat(types.json("i", "NaN")).isNull();
        assertThat(types.json("n", "1.50")).isEqualTo("1.50");
        assertThat(types.json("s", " NaN ")).isEqualTo("\" NaN \"");
        assertThat(types.json("o", "{\"a\": 1, \"a\": 2}")).isEqualTo("{\"a\":2}");
        assertThat(types.json("o", "None")).isEqualTo("null");
        assertThat(types.json("o", "{'a': 1}")).isEqualTo("\"{'a': 1}\"");
        assertThat(types.json("e", "1")).isEqualTo("1");
        assertThat(types.json("e", "x")).isEqualTo("\"x\"");
        assertThat(types.json("b", "TRUE")).isEqualTo("true");
        assertThat(types.json("loop", "1")).isEqualTo("\"1\"");
        assertThat(types.json("other", "1")).isEqualTo("\"1\"");
        assertThat(types.json("big", "1e999999999")).isEqualTo("\"1e999999999\"");
    }

    @Test
    void joinsMessagesOfOneChannelAndContinuesThoseOfThePrompt() {
        AnswerSetup setup = new AnswerSetup(
                ThinkingTags.HARMONY,
                "<|start|>assistant<|channel|>final<|message|>It is",
                ToolCallFormat.HARMONY,
                AdversarialAnswers.tools(),
                Set.of(),
                AnswerReader.CallEvents.COMPLETE);
        AnswerEventLog log = AnswerEventLog.read(setup, AnswerEnding.COMPLETE, List.of(" 42."));
        assertRead(log, "42.");
        AnswerEventLog plain = AnswerEventLog.of(
                ToolCallFormat.HARMONY,
                ThinkingTags.HARMONY,
                AdversarialAnswers.tools(),
                AnswerEnding.COMPLETE,
                "an answer without a header");
        assertRead(plain, "an answer without a header");
    }

    @Test
    void findsTheFormatOfACallThatWasWritten() throws Exception {
        String xml = "\n<tool_call>\n<function=put>\n<parameter=count>\n7\n</parameter>\n</function>\n</tool_call>";
        assertThat(ToolCallFormatDetector.detect(
                        xml + "<|im_end|>\n", "<|im_end|>\n", "put", AnswerFixtures.JSON.readTree("{\"count\": 7}")))
                .hasValue(ToolCallFormat.QWEN3_CODER);
        assertThat(ToolCallFormatDetector.detect(
                        "[TOOL_CALLS]put[CALL_ID]abcdefghi[ARGS]{}</s>",
                        "</s>",
                        "put",
                        AnswerFixtures.JSON.createObjectNode()))
                .hasValue(ToolCallFormat.MISTRAL_V11);
        assertThat(ToolCallFormatDetector.detect(
                        "functools[put()]<|end|>", "<|end|>", "put", AnswerFixtures.JSON.createObjectNode()))
                .isEmpty();
    }
}
