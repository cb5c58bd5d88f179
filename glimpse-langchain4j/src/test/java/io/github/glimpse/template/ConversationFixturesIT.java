package io.github.glimpse.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.InvalidConversationException;
import io.github.glimpse.InvalidConversationException.Check;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.answer.ParsingCases;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.answer.ToolCallFormatDetector;
import io.github.glimpse.testing.chat.ReleasedTemplates;
import io.github.glimpse.text.ChatTemplate;
import io.github.glimpse.text.JsonValues;
import io.github.glimpse.text.Tokenizer;
import io.github.glimpse.text.jinja.TemplateException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Released chat templates: renderings of the template itself, and requests with the exact prompt, the repairs and what was left
 * out, or the refusal; answers under every split. {@code -Dglimpse.templates=<dir>[,<dir>…]}; skipped without it.
 */
class ConversationFixturesIT {

    /** Cases that are not run, by their name, with the reason. */
    private static final Map<String, String> NOT_RUN =
            Map.of("prefix.continue", "Glimpse does not continue an answer that the request begins");

    private static final List<String> SWITCHES = List.of("enable_thinking", "thinking", "thinking_mode");

    private static final int CONTEXT = 100;

    private static int requests;
    private static int parsing;
    private static int cases;
    private static int skipped;

    @BeforeAll
    static void needsTemplates() {
        assumeTrue(!ReleasedTemplates.folders().isEmpty(), "no folder is named by -Dglimpse.templates");
    }

    @AfterAll
    static void count() {
        System.out.printf(
                Locale.ROOT,
                "conversations: requests %d parsing %d cases %d skipped %d%n",
                requests,
                parsing,
                cases,
                skipped);
    }

    @Test
    void rendersEachTemplateAsTheReferenceDoes() {
        List<String> failures = new ArrayList<>();
        for (TemplateFixture fixture : TemplateFixture.all()) {
            ChatTemplate template = fixture.template();
            for (JsonNode given : fixture.cases()) {
                if (NOT_RUN.containsKey(given.path("name").textValue())) {
                    skipped++;
                    continue;
                }
                String got = caseOf(template, fixture.variables(given.path("kwargs")), given);
                String want = given.has("expected")
                        ? given.path("expected").textValue()
                        : given.path("refused_by").textValue().equals("template")
                                ? "refused: " + given.path("refused").textValue()
                                : "refused";
                boolean isEqual = want.equals("refused") ? got.startsWith(want) : got.equals(want);
                cases++;
                if (!isEqual) {
                    failures.add(
                            fixture.name() + " " + given.path("name").textValue() + "\n  " + difference(want, got));
                }
            }
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void readsEachAnswerUnderEverySplit() throws IOException {
        Map<String, String> differences = ParsingCases.differences();
        parsing = differences.size();

        assertThat(differences.entrySet())
                .filteredOn(answer -> !answer.getValue().isEmpty())
                .isEmpty();
    }

    /** The texts from a little before where they part. */
    private static String difference(String want, String got) {
        int common = 0;
        while (common < Math.min(want.length(), got.length()) && want.charAt(common) == got.charAt(common)) {
            common++;
        }
        int begin = Math.max(0, common - CONTEXT);
        return "want …" + want.substring(begin, Math.min(want.length(), common + CONTEXT)) + "…\n  got  …"
                + got.substring(begin, Math.min(got.length(), common + CONTEXT)) + "…";
    }

    private static String caseOf(ChatTemplate template, Map<String, Object> fixed, JsonNode given) {
        Map<String, @Nullable Object> variables = new HashMap<>(fixed);
        variables.put("messages", normalized(given.path("messages")));
        boolean hasTools = given.has("tools");
        variables.put("tools", hasTools ? PlainJson.maps(given.path("tools"), UnaryOperator.identity()) : null);
        variables.put("documents", null);
        variables.put(
                "add_generation_prompt", given.path("add_generation_prompt").booleanValue());
        try {
            return template.render(variables, TemplateFixture.CLOCK, name -> {});
        } catch (TemplateException refused) {
            return "refused: " + refused.words();
        } catch (UnsupportedContentException refused) {
            return "refused";
        }
    }

    /** As transformers does: without nulls, and with a thought under both of its names. */
    private static List<Map<String, Object>> normalized(JsonNode messages) {
        List<Map<String, Object>> all = PlainJson.maps(messages, UnaryOperator.identity());
        for (Map<String, Object> message : all) {
            message.values().removeIf(value -> value == null);
            for (String name : List.of("reasoning_content", "thinking", "reasoning")) {
                Object thinking = message.get(name);
                if (thinking != null) {
                    message.put("reasoning_content", thinking);
                    message.putIfAbsent("thinking", thinking);
                    break;
                }
            }
        }
        return all;
    }

    /** With and without the marks that keep the control tokens of a model from being typed. */
    @Test
    void makesThePromptOfEachRequestOrRefusesIt(@TempDir Path folder) {
        List<String> failures = new ArrayList<>();
        for (TemplateFixture fixture : TemplateFixture.all()) {
            ConversationRenderer renderer = renderer(fixture);
            try (Tokenizer tokenizer = fixture.tokenizer(folder)) {
                for (JsonNode given : fixture.requests()) {
                    String name = fixture.name() + " " + given.path("name").textValue();
                    String want = wanted(given);
                    requests++;
                    for (UnaryOperator<String> guard :
                            List.<UnaryOperator<String>>of(UnaryOperator.identity(), tokenizer::guard)) {
                        String got = requestOf(renderer, given.path("request"), guard);
                        boolean isEqual = want.startsWith("refused: ") ? got.startsWith(want) : got.equals(want);
                        if (!isEqual) {
                            failures.add(name + "\n  " + difference(want, got));
                        }
                    }
                }
            }
        }
        assertThat(failures).isEmpty();
    }

    private static ConversationRenderer renderer(TemplateFixture fixture) {
        ToolFormats formats = (written, answerEnd, call) -> ToolCallFormatDetector.detect(
                        written, answerEnd, call.name(), new ObjectMapper().valueToTree(call.arguments()))
                .map(ToolCallFormat::id);
        return new ConversationRenderer(fixture.template(), fixture.specialTokens(), TemplateFixture.CLOCK, formats);
    }

    private static String wanted(JsonNode given) {
        if (given.has("prompt")) {
            return told(list(given.path("repairs")), list(given.path("left_out")))
                    + given.path("prompt").textValue();
        }
        String check = given.path("refused_by").textValue();
        return "refused: " + check
                + (check.equals("template") ? " " + given.path("refused").textValue() : "");
    }

    private static List<String> list(JsonNode texts) {
        List<String> list = new ArrayList<>();
        texts.forEach(text -> list.add(text.textValue()));
        return list;
    }

    private static String told(List<String> repairs, List<String> leftOut) {
        return repairs + " " + leftOut + "\n";
    }

    private static String requestOf(ConversationRenderer renderer, JsonNode request, UnaryOperator<String> guard) {
        try {
            RenderedConversation rendered = renderer.render(
                    new OpenAiMessages(renderer, guard).of(request.path("messages")),
                    tools(request.path("tools"), guard),
                    Map.of());
            return told(rendered.changes().repairs(), rendered.changes().leftOut())
                    + Tokenizer.unguard(rendered.prompt());
        } catch (InvalidConversationException refused) {
            return "refused: " + refused.check().name().toLowerCase(Locale.ROOT)
                    + (refused.check() == Check.TEMPLATE ? " " + refused.words() : "");
        }
    }

    /** As the tools of a request are prepared: only text of the caller is marked. */
    private static List<Map<String, Object>> tools(JsonNode tools, UnaryOperator<String> guard) {
        List<Map<String, Object>> all = PlainJson.maps(tools, UnaryOperator.identity());
        for (int index = 0; index < all.size(); index++) {
            JsonNode function = tools.get(index).path("function");
            Map<String, Object> marked = PlainJson.map(function, UnaryOperator.identity());
            marked.replaceAll((key, value) -> value instanceof String text
                    ? guard.apply(text)
                    : JsonValues.read(function.path(key).toString(), guard));
            all.get(index).put("function", marked);
        }
        return all;
    }

    @Test
    void findsWhatEachTemplateReads() {
        for (TemplateFixture fixture : TemplateFixture.all()) {
            TemplateProfile profile = renderer(fixture).profile();
            JsonNode features = fixture.meta().path("features");
            String name = fixture.name();
            fixture.meta().path("content_forms").properties().forEach(role -> assertThat(profile.forms())
                    .as(name)
                    .containsEntry(
                            role.getKey(),
                            ContentForm.of(
                                    role.getValue().path("string").asText().equals("read"),
                                    role.getValue().path("parts").asText().equals("read"))));
            assertThat(profile.writesTools()).as(name).isEqualTo(isRead(features, "tools"));
            assertThat(profile.writesCalls()).as(name).isEqualTo(isRead(features, "calls"));
            assertThat(profile.imagesInResults()).as(name).isEqualTo(isRead(features, "images_in_results"));
            assertThat(profile.variables())
                    .as(name)
                    .containsAll(list(fixture.meta().path("kwargs")));
            String image = fixture.meta().path("image_placeholder").asText("").strip();
            if (!image.isEmpty() && !image.equals("null")) {
                assertThat(profile.image()).as(name).isEqualTo(image);
            }
        }
    }

    @Test
    void switchesTheThoughtByTheVariableThatATemplateReads() {
        List<Map<String, Object>> none = List.of();
        List<TemplateMessage> question =
                List.of(TemplateMessage.of(0, TemplateMessage.USER, MessageContent.ofText("Hello")));
        for (TemplateFixture fixture : TemplateFixture.all()) {
            ConversationRenderer renderer = renderer(fixture);
            boolean hasSwitch = list(fixture.meta().path("kwargs")).stream().anyMatch(SWITCHES::contains);
            if (!hasSwitch) {
                assertThatThrownBy(() -> renderer.resolved("off", false, Map.of()))
                        .as(fixture.name())
                        .isInstanceOf(UnsupportedContentException.class);
            } else if (!fixture.meta().has("template_name")) {
                String on = renderer.render(
                                question,
                                none,
                                renderer.resolved("on", false, Map.of()).values())
                        .prompt();
                String off = renderer.render(
                                question,
                                none,
                                renderer.resolved("off", false, Map.of()).values())
                        .prompt();
                assertThat(on).as(fixture.name()).isNotEqualTo(off);
                assertThat(renderer.render(
                                        question,
                                        none,
                                        renderer.resolved("on", true, Map.of()).values())
                                .prompt())
                        .as(fixture.name() + " where no thought is wanted")
                        .isEqualTo(off);
            }
        }
    }

    private static boolean isRead(JsonNode features, String feature) {
        return features.path(feature).asText().equals("read");
    }
}
