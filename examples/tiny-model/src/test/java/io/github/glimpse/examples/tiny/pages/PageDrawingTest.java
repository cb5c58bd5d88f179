package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.CellLabels;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PageDrawingTest {

    private static final int COUNT = 80;
    private static final PageSize SIZE = new PageSize(14, 14);
    private static final PageMaker MAKER = new PageMaker(FontRegistry.strokes(), Repertoire.FIRST);
    private static final List<DrawnPage> PAGES = IntStream.range(0, COUNT)
            .mapToObj(seed -> MAKER.draw(new PageRequest(Split.TRAIN, PageRequest.Mix.PANELS, SIZE, seed)))
            .toList();
    private static final List<Drawing> DRAWINGS =
            PAGES.stream().map(PageDrawing::of).toList();

    @Test
    void anAnswerThatIsReadStandsWhereItsPointersSay() {
        List<String> read = DRAWINGS.stream()
                .flatMap(drawing -> drawing.questions().stream()
                        .filter(question -> question.kind().reads())
                        .map(question -> {
                            assertThat(pointed(drawing.labels(), question)).isEqualTo(question.answer());
                            return question.answer();
                        }))
                .toList();

        assertThat(read).hasSizeGreaterThan(COUNT);
        assertThat(read).anyMatch(answer -> answer.length() > 5);
    }

    @Test
    void whatCannotBeToldIsRefusedWithoutEvidence() {
        List<Question> refused = DRAWINGS.stream()
                .flatMap(drawing -> drawing.questions().stream())
                .filter(question -> question.kind() == QuestionKind.UNANSWERABLE)
                .toList();

        assertThat(refused).hasSizeGreaterThan(COUNT / 2).allSatisfy(question -> {
            assertThat(question.answer()).isEqualTo(Vocabulary.REFUSAL);
            assertThat(question.evidence()).isEmpty();
        });
    }

    @Test
    void nearlyAllThatIsWrittenIsTold() {
        int written = PAGES.stream().mapToInt(page -> page.marks().size()).sum();
        int told = DRAWINGS.stream()
                .mapToInt(drawing -> (int) IntStream.of(drawing.labels().characters())
                        .filter(character -> character > 0)
                        .count())
                .sum();

        assertThat(told).isBetween((int) (0.96 * written), written);
    }

    @Test
    void aValueBelongsToItsKeyAndAShapeToItsKind() {
        for (Drawing drawing : DRAWINGS) {
            for (Question question : drawing.questions()) {
                Map<String, String> places = question.places();
                if (question.kind() == QuestionKind.DOC) {
                    assertThat(owners(drawing, question)).contains(Vocabulary.id(places.getOrDefault("key", "")));
                } else if (question.kind() == QuestionKind.SHAPE) {
                    assertThat(owners(drawing, question)).contains(Vocabulary.id(question.answer()));
                }
            }
        }
    }

    @Test
    void barsAreAskedByTheirLetters() {
        List<Question> asked = DRAWINGS.stream()
                .flatMap(drawing -> drawing.questions().stream()
                        .filter(question -> question.kind() == QuestionKind.BAR)
                        .map(question -> {
                            String letter = question.places().getOrDefault("letter", "");
                            assertThat(letter).matches("[A-Z]");
                            assertThat(question.text()).containsIgnoringCase(letter);
                            assertThat(owners(drawing, question))
                                    .contains(Vocabulary.id(letter.toLowerCase(Locale.ROOT)));
                            return question;
                        }))
                .toList();

        assertThat(asked).hasSizeGreaterThan(COUNT / 8);
    }

    @Test
    void theHighestBarIsTheOneWithTheLargestNumber() {
        for (DrawnPage page : PAGES) {
            List<Fact> bars = page.facts().stream()
                    .filter(fact -> fact.kind() == Fact.Kind.BAR && fact.outcome() == Fact.Outcome.ANSWERED)
                    .toList();
            PageDrawing.of(page).questions().stream()
                    .filter(question -> question.kind() == QuestionKind.HIGHEST)
                    .forEach(question -> assertThat(Collections.max(
                                            bars, Comparator.comparingDouble(bar -> Double.parseDouble(bar.answer())))
                                    .places())
                            .containsEntry("label", question.answer()));
        }
    }

    private static List<Integer> owners(Drawing drawing, Question question) {
        return drawing.evidenceCells(question).stream()
                .mapToObj(cell -> drawing.labels().owners()[cell])
                .toList();
    }

    private static String pointed(CellLabels labels, Question question) {
        StringBuilder text = new StringBuilder();
        for (Question.Pointer pointer : question.pointers()) {
            boolean there = IntStream.range(0, CellLabels.SLOTS)
                    .map(slot -> labels.characters()[pointer.cell() * CellLabels.SLOTS + slot])
                    .anyMatch(character -> character == Vocabulary.characterClass(pointer.character()));
            text.append(there ? pointer.character() : '?');
        }
        return text.toString();
    }
}
