package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.pages.Conversation.Form;
import io.github.glimpse.examples.tiny.pages.Conversation.Role;
import io.github.glimpse.examples.tiny.pages.Conversation.Turn;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConversationMakerTest {

    private static final int SEEDS = 8;

    private static Stream<Conversation> of(Form form) {
        ConversationMaker maker = new ConversationMaker(Pages.maker());
        return IntStream.range(0, SEEDS).mapToObj(seed -> maker.make(Split.TRAIN, form, new PageSize(12, 12), seed));
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void turnsAlternateAndEveryPageIsShownOnce(Form form) {
        assertThat(of(form)).allSatisfy(conversation -> {
            List<Turn> spoken = conversation.turns().stream()
                    .filter(turn -> turn.role() != Role.SYSTEM)
                    .toList();
            for (int i = 0; i < spoken.size(); i++) {
                assertThat(spoken.get(i).role()).isEqualTo(i % 2 == 0 ? Role.USER : Role.ASSISTANT);
                assertThat(spoken.get(i).text()).isNotBlank().doesNotContain("{key}");
            }
            assertThat(conversation.turns())
                    .flatExtracting(Turn::pages)
                    .containsExactlyElementsOf(
                            IntStream.range(0, conversation.pages().size())
                                    .boxed()
                                    .toList());
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"QUESTION", "LATER_TURN", "TWO_PAGES", "OPTIONS"})
    void whatIsReadStandsOnAPage(Form form) {
        assertThat(of(form)).allSatisfy(conversation -> {
            Set<String> answers = new HashSet<>();
            conversation.pages().forEach(page -> page.facts().forEach(fact -> answers.add(fact.answer())));
            assertThat(conversation.turns())
                    .flatExtracting(Turn::said)
                    .filteredOn(Conversation.Said::read)
                    .allSatisfy(said -> assertThat(answers).contains(said.text()));
        });
    }

    @Tag("thorough")
    @Tag("reference")
    @Test
    void someTrainedQuestionsHaveWordsAroundThemAndNoOthers() {
        ConversationMaker maker = new ConversationMaker(Pages.maker());
        Grammar grammar = new Grammar("instructions.txt");
        for (Split split : Split.values()) {
            List<String> before = grammar.of("BEFORE", split);
            List<String> behind = grammar.of("BEHIND", split);
            long around = LongStream.range(0, 60)
                    .mapToObj(seed -> maker.make(split, Form.QUESTION, new PageSize(12, 12), seed))
                    .filter(conversation -> conversation.turns().stream()
                            .filter(turn -> turn.role() == Role.USER)
                            .anyMatch(turn ->
                                    before.stream().anyMatch(text -> turn.text().startsWith(text + " "))
                                            || behind.stream().anyMatch(text -> turn.text()
                                                    .endsWith(" " + text))))
                    .count();
            assertThat(around).isBetween(split == Split.TRAIN ? 2L : 0L, split == Split.TRAIN ? 30L : 0L);
        }
    }

    @Test
    void recordsHaveTheFieldsOfTheirSchema() throws JsonProcessingException {
        ObjectMapper json = new ObjectMapper();
        int inTheQuestion = 0;
        int behindTheSystemText = 0;
        for (Conversation conversation : of(Form.RECORD).toList()) {
            List<Turn> turns = conversation.turns();
            boolean behind = turns.get(0).text().contains("is valid for this JSON schema:\n{");
            String asked = turns.get(behind ? 0 : turns.size() - 2).text();
            if (asked.contains("\"properties\"")) {
                JsonNode schema = json.readTree(asked.substring(asked.indexOf('{')));
                JsonNode record = json.readTree(turns.get(turns.size() - 1).text());
                Set<String> wanted = new HashSet<>();
                schema.path("properties").fieldNames().forEachRemaining(wanted::add);
                Set<String> given = new HashSet<>();
                record.fieldNames().forEachRemaining(given::add);
                assertThat(given).isEqualTo(wanted).isNotEmpty();
                for (String name : given) {
                    boolean nullable = schema.at("/properties/" + name).has("anyOf");
                    assertThat(record.get(name).isNull() && !nullable).isFalse();
                }
                inTheQuestion += behind ? 0 : 1;
                behindTheSystemText += behind ? 1 : 0;
            }
        }
        assertThat(inTheQuestion).isPositive();
        assertThat(behindTheSystemText).isPositive();
    }

    @Test
    void theRightAnswerIsAmongTheOptions() {
        assertThat(of(Form.OPTIONS)).allSatisfy(conversation -> {
            List<Turn> turns = conversation.turns();
            assertThat(turns.get(turns.size() - 2).text())
                    .contains(turns.get(turns.size() - 1).text());
        });
    }

    @Test
    void quotesHoldTheAnswerAndStandOnThePage() throws JsonProcessingException {
        ObjectMapper json = new ObjectMapper();
        for (Conversation conversation : of(Form.CITATION).toList()) {
            JsonNode answer = json.readTree(
                    conversation.turns().get(conversation.turns().size() - 1).text());
            if (answer.path("found").asBoolean()) {
                assertThat(answer.path("quote").asText())
                        .contains(answer.path("answer").asText());
            } else {
                assertThat(answer.path("answer").isNull()).isTrue();
                assertThat(answer.path("quote").isNull()).isTrue();
            }
        }
    }

    @Test
    void retrievedTextAnswersNowAndThen() {
        Set<Boolean> fromText = of(Form.RETRIEVED)
                .map(conversation -> {
                    List<Turn> turns = conversation.turns();
                    String text = turns.get(turns.size() - 2).text();
                    return text.substring(0, text.indexOf("\n\n"))
                            .contains(turns.get(turns.size() - 1).text());
                })
                .collect(Collectors.toSet());
        assertThat(fromText).containsExactlyInAnyOrder(true, false);
    }
}
