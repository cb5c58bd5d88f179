package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PhrasebookTest {

    @ParameterizedTest
    @EnumSource(Fact.Kind.class)
    void everyKindHasFortyPhrasingsAndMoreOfWhichAFifthIsKept(Fact.Kind kind) {
        List<String> trained = Phrasebook.of(kind, Split.TRAIN);
        List<String> kept = Phrasebook.of(kind, Split.TEST);
        assertThat(trained.size() + kept.size()).isGreaterThanOrEqualTo(40);
        assertThat(kept.size() / (double) (trained.size() + kept.size())).isBetween(0.17, 0.2);
        assertThat(kept).doesNotContainAnyElementsOf(trained);
        assertThat(Phrasebook.of(kind, Split.VALIDATION)).isEqualTo(trained);
    }

    @ParameterizedTest
    @EnumSource(Fact.Kind.class)
    void everyPhrasingHasThePlacesOfItsKindAndNoOthers(Fact.Kind kind) {
        for (Split split : List.of(Split.TRAIN, Split.TEST)) {
            assertThat(Phrasebook.of(kind, split)).allSatisfy(text -> {
                String rest = text;
                for (String place : kind.places()) {
                    assertThat(rest).contains("{" + place + "}");
                    rest = rest.replace("{" + place + "}", "x");
                }
                assertThat(rest).doesNotContain("{", "[", "]", "|", "  ");
            });
        }
    }

    @Test
    void asksWithTheWordsOfThePage() {
        Fact fact = Fact.answered(
                Fact.Kind.EXISTS, Map.of("colour", "orange", "shape", "star"), "yes", List.of(), List.of());
        Dice dice = new Dice(1);
        for (int i = 0; i < 100; i++) {
            assertThat(Phrasebook.ask(fact, Split.TRAIN, dice))
                    .contains("orange", "star")
                    .doesNotContain("{", " a orange");
        }
    }

    @Test
    void saysApartWhatIsNotThereAndWhatCannotBeRead() {
        Fact absent = Fact.absent(Fact.Kind.VALUE, Map.of("key", "tax"));
        Fact unreadable = Fact.unreadable(Fact.Kind.COLOUR, Map.of("shape", "heart"), List.of());
        assertThat(Phrasebook.answer(absent)).isEqualTo(Phrasebook.ABSENT).isNotEqualTo(Phrasebook.answer(unreadable));
        assertThat(Phrasebook.answer(unreadable)).isEqualTo(Phrasebook.UNREADABLE);
    }

    @Test
    void everyFactOfAPageCanBeAsked() {
        Dice dice = new Dice(2);
        assertThat(Pages.all()).allSatisfy(page -> assertThat(page.facts()).allSatisfy(fact -> {
            String question = Phrasebook.ask(fact, page.request().split(), dice);
            fact.places().values().forEach(word -> assertThat(question).containsIgnoringCase(word));
            assertThat(question).doesNotContain("{");
        }));
    }
}
