package io.github.glimpse.testing.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.glimpse.answer.AnswerEnding;
import io.github.glimpse.answer.AnswerListener;
import io.github.glimpse.answer.AnswerReader;
import io.github.glimpse.answer.AnswerSetup;
import io.github.glimpse.answer.AnswerTool;
import io.github.glimpse.answer.ReadCall;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.testing.chat.ChatPlan.Answer;
import io.github.glimpse.testing.chat.ChatPlan.Call;
import io.github.glimpse.testing.chat.ChatPlan.Turn;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Check of the prompts of a {@link ChatPlan}: each has the whole conversation before it, its calls in the format of the template.
 */
public final class WrittenHistory {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final FormatCase format;
    private final List<String> texts = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<String> chainThoughts = new ArrayList<>();
    private final List<String> earlierThoughts = new ArrayList<>();
    private int images;

    private WrittenHistory(FormatCase format) {
        this.format = format;
    }

    /** Checks the prompts of a conversation, one for each answer. */
    public static void check(FormatCase format, ChatPlan plan, List<String> prompts) {
        assertThat(prompts).hasSameSizeAs(plan.answers());
        new WrittenHistory(format).check(plan, prompts.iterator());
    }

    private void check(ChatPlan plan, Iterator<String> prompts) {
        for (Turn turn : plan.turns()) {
            earlierThoughts.addAll(chainThoughts);
            chainThoughts.clear();
            texts.add(turn.question());
            images += turn.image() ? 1 : 0;
            for (Answer answer : turn.answers()) {
                check(prompts.next());
                add(answer);
            }
        }
    }

    private void add(Answer answer) {
        if (answer.thinking() != null && !answer.thinking().isBlank()) {
            chainThoughts.add(answer.thinking());
        }
        if (answer.text() != null && (answer.calls().isEmpty() || format.keepsTextBesideCalls())) {
            texts.add(answer.text());
        }
        calls.addAll(answer.calls());
        for (Call call : answer.calls()) {
            texts.add(call.result());
            images += call.image() ? 1 : 0;
        }
    }

    private void check(String prompt) {
        for (String text : texts) {
            assertThat(prompt).contains(text.substring(0, text.indexOf(' ')));
        }
        for (String thought : format.writesThoughtsOfChain() ? chainThoughts : List.<String>of()) {
            assertThat(prompt).contains(thought);
        }
        for (String thought : earlierThoughts) {
            assertThat(prompt).doesNotContain(thought);
        }
        assertThat(read(prompt))
                .as("calls in the prompt %s", prompt)
                .isEqualTo(calls.stream().map(WrittenHistory::text).toList());
        String image = format.imageToken();
        if (image != null) {
            assertThat(prompt.split(Pattern.quote(image), -1)).hasSize(images + 1);
        }
    }

    /** The calls in a prompt. */
    private List<String> read(String prompt) {
        Pattern answers = format.wholeAnswer();
        Stream<String> parts = answers == null
                ? Stream.of(format == FormatCase.DEEPSEEK_V3 ? withSections(prompt) : prompt)
                : answers.matcher(prompt).results().map((MatchResult result) -> result.group(1));
        List<String> read = new ArrayList<>();
        parts.forEach(part -> read(part, read));
        return read;
    }

    /** The template writes the beginning of a section of calls only once in a conversation. */
    private static String withSections(String prompt) {
        return prompt.replaceAll("(?<!<｜tool▁call▁end｜>)\n(?=<｜tool▁call▁begin｜>)", "<｜tool▁calls▁begin｜>");
    }

    private void read(String text, List<String> calls) {
        AnswerSetup setup = new AnswerSetup(
                null,
                "",
                ToolCallFormat.of(format.format()).orElseThrow(),
                TwelveTurns.TOOLS.entrySet().stream()
                        .map((Map.Entry<String, String> tool) -> new AnswerTool(tool.getKey(), json(tool.getValue())))
                        .toList(),
                Set.of(),
                AnswerReader.CallEvents.COMPLETE);
        AnswerReader reader = new AnswerReader(setup, new AnswerListener() {
            @Override
            public void text(String piece) {
                // Only calls are compared
            }

            @Override
            public void call(int index, ReadCall call) {
                calls.add(call.name() + json(call.arguments()));
            }
        });
        reader.append(text);
        reader.finish(AnswerEnding.COMPLETE);
    }

    private static String text(Call call) {
        return call.name() + JSON.valueToTree(call.arguments());
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
