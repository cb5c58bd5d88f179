package io.github.glimpse.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every reference case: prompt text, ids, and the text of the answers at once and piece by piece. */
class TextFixturesTest {

    private static final List<Tokenizer> OPEN = new ArrayList<>();

    @AfterAll
    static void closeTokenizers() {
        OPEN.forEach(Tokenizer::close);
    }

    @TestFactory
    Stream<DynamicContainer> equalsTheReferenceInEveryCase() {
        return TextFixtures.all().stream().map(TextFixturesTest::family);
    }

    private static DynamicContainer family(TextFixtures.Family family) {
        Tokenizer tokenizer = Tokenizer.load(family.model());
        OPEN.add(tokenizer);
        ChatTemplate template = ChatTemplate.find(family.model()).orElseThrow();
        return dynamicContainer(
                family.name(),
                family.cases().stream().map(each -> dynamicContainer(each.name(), tests(tokenizer, template, each))));
    }

    private static List<DynamicNode> tests(Tokenizer tokenizer, ChatTemplate template, TextFixtures.Case expected) {
        List<DynamicNode> tests = new ArrayList<>();
        tests.add(dynamicTest("renders the prompt", () -> assertThat(render(template, expected.messages()))
                .isEqualTo(expected.promptText())));
        tests.add(dynamicTest("renders guarded messages to the same prompt", () -> {
            String prompt = render(template, guarded(tokenizer, expected.messages()));
            assertThat(Tokenizer.unguard(prompt)).isEqualTo(expected.promptText());
            assertThat(tokenizer.encode(prompt)).containsExactly(expected.idArray());
        }));
        tests.add(dynamicTest("makes the ids", () -> assertThat(tokenizer.encode(expected.promptText()))
                .containsExactly(expected.idArray())));
        for (TextFixtures.Answer answer : expected.answers()) {
            tests.add(decodes(tokenizer, answer));
        }
        return tests;
    }

    private static DynamicTest decodes(Tokenizer tokenizer, TextFixtures.Answer answer) {
        return dynamicTest("decodes the answer", () -> {
            assertThat(tokenizer.decode(answer.idArray())).isEqualTo(answer.text());
            IncrementalDecoder decoder = new IncrementalDecoder(tokenizer);
            StringBuilder text = new StringBuilder();
            for (int id : answer.ids()) {
                text.append(decoder.append(id));
            }
            assertThat(text.append(decoder.finish())).hasToString(answer.text());
        });
    }

    private static String render(ChatTemplate template, List<Map<String, Object>> messages) {
        return template.render(Map.of("messages", messages, "add_generation_prompt", true));
    }

    private static List<Map<String, Object>> guarded(Tokenizer tokenizer, List<Map<String, Object>> messages) {
        return messages.stream()
                .map(message -> {
                    Map<String, Object> marked = new LinkedHashMap<>(message);
                    marked.computeIfPresent("content", (key, content) -> guarded(tokenizer, content));
                    return marked;
                })
                .toList();
    }

    private static Object guarded(Tokenizer tokenizer, Object value) {
        if (value instanceof List<?> parts) {
            return parts.stream().map(part -> guarded(tokenizer, part)).toList();
        }
        Map<?, ?> part = (Map<?, ?>) value;
        return part.get("text") instanceof String text ? Map.of("type", "text", "text", tokenizer.guard(text)) : part;
    }
}
