package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SurroundingsTest {

    private static final int PAGES = 60;
    private static final PageMaker MAKER = new PageMaker(FontRegistry.strokes(), Repertoire.FIRST);
    private static final List<Drawing> DRAWINGS = IntStream.range(0, PAGES)
            .mapToObj(seed -> PageDrawing.of(
                    MAKER.draw(new PageRequest(Split.TRAIN, PageRequest.Mix.PANELS, new PageSize(14, 14), seed))))
            .toList();

    private record Pair(Question before, Question after) {}

    @Test
    void whatStandsAroundAQuestionLeavesItAndWhereItsAnswerIs() {
        assertThat(all()).hasSizeGreaterThan(5 * PAGES).allSatisfy(pair -> {
            assertThat(pair.after().text()).contains(pair.before().text());
            assertThat(pair.after().evidence()).isEqualTo(pair.before().evidence());
            assertThat(pair.after().pointers())
                    .extracting(Question.Pointer::cell)
                    .isEqualTo(pair.before().pointers().stream()
                            .map(Question.Pointer::cell)
                            .toList());
            assertThat(pair.after().answer())
                    .isEqualToIgnoringCase(pair.before().answer());
        });
    }

    @Test
    void someQuestionsStandBehindTheNamesOfPages() {
        assertThat(all()).anySatisfy(pair -> assertThat(pair.after().text())
                .matches("(?s)(\\S+\\.(pdf|png|jpg), page \\d+:\n)+.*")
                .endsWith(":\n" + pair.before().text()));
    }

    @Test
    void aLongTextStandsInFrontOfTheQuestionAndLeavesItsAnswer() {
        Dice dice = new Dice(8);

        assertThat(DRAWINGS).allSatisfy(drawing -> {
            Question question = drawing.questions().get(0);
            Question behind = Surroundings.behind(question, 30, dice);
            assertThat(behind.text()).endsWith("\n\n" + question.text());
            assertThat(behind.text().split("\\s+")).hasSizeGreaterThan(30 * 3);
            assertThat(behind.answer()).isEqualTo(question.answer());
            assertThat(behind.evidence()).isEqualTo(question.evidence());
        });
    }

    @Test
    void aSystemTextHasAsManySentencesAsItIsAskedFor() {
        Dice dice = new Dice(9);

        assertThat(IntStream.range(0, PAGES).mapToObj(i -> Surroundings.system(12, dice)))
                .allSatisfy(text -> assertThat(text.split("[.!?]( |$)")).hasSizeGreaterThanOrEqualTo(12));
        assertThat(IntStream.range(0, PAGES).mapToObj(i -> Surroundings.system(1, dice)))
                .allSatisfy(text -> assertThat(text.split("[.!?]( |$)")).hasSizeLessThanOrEqualTo(3));
    }

    @Test
    void anAnswerIsInCapitalsWhereTheyAreAskedFor() {
        List<Pair> changed = all().stream()
                .filter(pair -> !pair.after().answer().equals(pair.before().answer()))
                .toList();

        assertThat(changed).isNotEmpty().allSatisfy(pair -> {
            String answer = pair.before().answer().toUpperCase(Locale.ROOT);
            assertThat(pair.after().answer()).isEqualTo(answer);
            StringBuilder pointed = new StringBuilder();
            pair.after().pointers().forEach(read -> pointed.append(read.character()));
            assertThat(pointed.toString()).isEqualTo(answer);
            assertThat(pair.after().text().toLowerCase(Locale.ROOT)).containsAnyOf("capital", "upper case", "large");
        });
    }

    @Test
    void optionsHaveTheAnswerAmongThem() {
        List<Pair> offered = all().stream()
                .filter(pair -> added(pair).contains(", ")
                        && added(pair).contains(pair.before().answer()))
                .toList();

        assertThat(offered).hasSizeGreaterThan(PAGES / 4);
    }

    @Test
    void aTextInFrontTellsTheValueOfAKeyThatThePageDoesNotHave() {
        Dice dice = new Dice(7);

        assertThat(DRAWINGS).allSatisfy(drawing -> {
            Question told = Surroundings.told(drawing, 2, dice);
            String key = told.places().getOrDefault("key", "");
            assertThat(drawing.shows(key)).isFalse();
            assertThat(told.text().substring(0, told.text().indexOf("\n\n"))).contains(key, told.answer());
            assertThat(Surroundings.told(drawing, 25, dice).text().length())
                    .isGreaterThan(3 * told.text().length());
            assertThat(told.evidence()).isEmpty();
            assertThat(told.pointers()).isEmpty();
        });
    }

    private static String added(Pair pair) {
        return pair.after().text().replace(pair.before().text(), "");
    }

    private static List<Pair> all() {
        List<Pair> pairs = new ArrayList<>();
        Dice dice = new Dice(5);
        for (Drawing drawing : DRAWINGS) {
            for (Question question : drawing.questions()) {
                pairs.add(new Pair(question, Surroundings.around(question, drawing.questions(), dice)));
            }
        }
        return pairs;
    }
}
