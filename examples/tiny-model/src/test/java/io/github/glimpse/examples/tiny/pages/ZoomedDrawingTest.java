package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.CellLabels;
import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ZoomedDrawingTest {

    private static final PageSize SIZE = new PageSize(12, 16);
    private static final Pattern CALL = Pattern.compile(
            "<tool_call>\n\\{\"name\": \"zoom\", \"arguments\": \\{\"image\": 1, \"x1\": (\\d+), \"y1\": (\\d+),"
                    + " \"x2\": (\\d+), \"y2\": (\\d+)}}\n</tool_call>");
    private static final PageMaker MAKER = new PageMaker(FontRegistry.strokes(), Repertoire.FIRST);
    private static final List<ZoomedDrawing> PAGES = IntStream.range(0, 20)
            .mapToObj(seed -> ZoomedDrawing.of(
                    MAKER, new PageRequest(Split.TRAIN, PageRequest.Mix.PANELS, SIZE, seed), new Dice(seed)))
            .toList();

    @Test
    void whatIsTooSmallIsReadInThePartThatIsCalledFor() {
        List<ZoomedDrawing.Look> looks =
                PAGES.stream().flatMap(page -> page.looks().stream()).toList();

        assertThat(looks).hasSizeGreaterThan(20).allSatisfy(look -> {
            Question answer = look.answer();
            assertThat(answer.kind()).isEqualTo(look.call().kind());
            assertThat(answer.places()).isEqualTo(look.call().places());
            assertThat(answer.pointers()).hasSameSizeAs(answer.answer().split(""));
            for (Question.Pointer pointer : answer.pointers()) {
                assertThat(characters(look.part(), pointer.cell()))
                        .contains(Vocabulary.characterClass(pointer.character()));
            }
        });
    }

    @Test
    void thePartHoldsAllThatBearsOnTheQuestion() {
        for (ZoomedDrawing page : PAGES) {
            for (ZoomedDrawing.Look look : page.looks()) {
                Matcher call = CALL.matcher(look.call().answer());
                assertThat(call.matches()).isTrue();
                double[] part = IntStream.rangeClosed(1, 4)
                        .mapToDouble(i -> Integer.parseInt(call.group(i)) / 1000.0)
                        .toArray();
                assertThat(page.drawing().evidenceCells(look.call()).stream())
                        .isNotEmpty()
                        .allSatisfy(cell -> {
                            double x = (cell % SIZE.columns() + 0.5) / SIZE.columns();
                            double y = (Math.floorDiv(cell, SIZE.columns()) + 0.5) / SIZE.rows();
                            assertThat(x).isBetween(part[0] - 0.05, part[2] + 0.05);
                            assertThat(y).isBetween(part[1] - 0.05, part[3] + 0.05);
                        });
            }
        }
    }

    @Test
    void ofACellWithMoreCharactersThanCanBeToldNoneIs() {
        Drawing drawing = PAGES.get(0).drawing();
        List<Integer> full = PAGES.stream()
                .flatMap(page -> page.looks().stream())
                .filter(look -> PAGES.get(0).looks().contains(look))
                .flatMap(look -> drawing.evidenceCells(look.call()).stream().boxed())
                .distinct()
                .toList();

        assertThat(full).isNotEmpty().anySatisfy(cell -> {
            assertThat(characters(drawing, cell)).containsOnly(0);
            assertThat(drawing.labels().firstIndex()[cell]).isNotNegative();
        });
    }

    private static List<Integer> characters(Drawing drawing, int cell) {
        return IntStream.range(0, CellLabels.SLOTS)
                .mapToObj(slot -> drawing.labels().characters()[cell * CellLabels.SLOTS + slot])
                .toList();
    }
}
