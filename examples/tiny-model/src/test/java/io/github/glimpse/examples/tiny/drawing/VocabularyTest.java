package io.github.glimpse.examples.tiny.drawing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VocabularyTest {

    @Test
    void tokensDiffer() {
        assertThat(Vocabulary.all()).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(QuestionKind.class)
    void everyWordOfEveryPhrasingIsAToken(QuestionKind kind) {
        for (Split split : Split.values()) {
            assertThat(Phrasings.of(kind, split)).isNotEmpty().allSatisfy(phrasing -> {
                String plain = phrasing.replaceAll("\\{\\w+}", " ").strip();
                // The apostrophe and what follows it are pieces of their own.
                assertThat(plain.replace("'s", " ' s").split("[\\s]+"))
                        .filteredOn(word -> !word.isEmpty())
                        .allSatisfy(word ->
                                assertThat(Vocabulary.has(word)).as(word).isTrue());
            });
        }
    }

    @ParameterizedTest
    @EnumSource(QuestionKind.class)
    void heldOutPhrasingsAreNotTrained(QuestionKind kind) {
        assertThat(Phrasings.of(kind, Split.TEST)).doesNotContainAnyElementsOf(Phrasings.of(kind, Split.TRAIN));
        assertThat(Phrasings.of(kind, Split.VALIDATION)).isEqualTo(Phrasings.of(kind, Split.TRAIN));
    }

    @Test
    void heldOutPhrasingsUseTrainedWordsOnly() {
        HashSet<String> trained = new HashSet<>();
        for (QuestionKind kind : QuestionKind.values()) {
            Phrasings.of(kind, Split.TRAIN).forEach(phrasing -> trained.addAll(List.of(phrasing.split(" "))));
        }
        for (QuestionKind kind : QuestionKind.values()) {
            for (String phrasing : Phrasings.of(kind, Split.TEST)) {
                assertThat(trained).containsAll(List.of(phrasing.split(" ")));
            }
        }
    }

    @Test
    void noKeyIsAWordOfAPhrasing() {
        for (QuestionKind kind : QuestionKind.values()) {
            for (String phrasing : Phrasings.of(kind, Split.TRAIN)) {
                assertThat(List.of(phrasing.split(" ")))
                        .doesNotContainAnyElementsOf(
                                Keys.ALL.stream().map(Keys.Key::word).toList());
            }
        }
    }

    @Test
    void questionsOfPicturesAreMadeOfWordsNotOfBytes() {
        int firstByte = Vocabulary.id("<0x00>");
        int lastByte = Vocabulary.id("<0xFF>");
        assertThat(Pictures.all()).allSatisfy(drawing -> assertThat(drawing.questions())
                .allSatisfy(question -> assertThat(Arrays.stream(Vocabulary.question(question.text())))
                        .isNotEmpty()
                        .noneMatch(id -> id >= firstByte && id <= lastByte)));
    }

    @Test
    void caseAndBlanksMakeNoDifference() {
        assertThat(Vocabulary.question("What is  the Total ?")).isEqualTo(Vocabulary.question("what is the total?"));
        assertThat(spelled(Vocabulary.question("What's bar B?"))).isEqualTo("what|'|s|bar|b|?");
    }

    @Test
    void unknownWordsAreSpelledAndUnknownCharactersBecomeBytes() {
        assertThat(spelled(Vocabulary.question("the zorv"))).isEqualTo("the|z|o|r|v");
        assertThat(spelled(Vocabulary.question("\u20ac 5"))).isEqualTo("<0xE2>|<0x82>|<0xAC>|5");
    }

    @Test
    void everyAnswerReadsBack() {
        assertThat(Pictures.all())
                .allSatisfy(drawing -> assertThat(drawing.questions()).allSatisfy(question -> {
                    int[] ids = Vocabulary.answer(question);
                    assertThat(spelled(ids).replace("|", "")).isEqualTo(question.answer());
                    assertThat(ids)
                            .hasSize(question.kind().reads() ? question.answer().length() : 1);
                }));
    }

    @Test
    void everyKeyColourAndShapeIsOneToken() {
        assertThat(Keys.ALL).hasSizeGreaterThan(35).allSatisfy(key -> assertThat(Vocabulary.question(key.word()))
                .hasSize(1));
        assertThat(Keys.ALL).extracting(Keys.Key::word).doesNotHaveDuplicates();
        assertThat(Colours.NAMES).hasSize(8).allSatisfy(name -> assertThat(Vocabulary.question(name))
                .hasSize(1));
    }

    @ParameterizedTest
    @EnumSource(Split.class)
    void valuesHaveOneToFiveCharactersThatAreDrawn(Split split) {
        Dice dice = new Dice(11);
        ValueMix mix = ValueMix.of(split);
        for (int i = 0; i < 5_000; i++) {
            String value = Keys.value(Keys.any(mix, dice).kind(), mix, dice);
            assertThat(value.length()).as(value).isBetween(1, 5);
            value.chars().forEach(character -> assertThat(Vocabulary.characterClass((char) character))
                    .isBetween(1, Vocabulary.CHARACTER_CLASSES - 1));
        }
    }

    @Test
    void whatIsNotDrawnHasNoClass() {
        assertThatIllegalArgumentException().isThrownBy(() -> Vocabulary.characterClass('#'));
        assertThatIllegalArgumentException().isThrownBy(() -> Vocabulary.id("flubber"));
    }

    private static String spelled(int[] ids) {
        return Arrays.stream(ids).mapToObj(Vocabulary.all()::get).collect(Collectors.joining("|"));
    }
}
