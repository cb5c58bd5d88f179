package io.github.glimpse.examples.tiny.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Holds the answers against the pixels. */
class AnswersTest {

    @Test
    void shapesHaveTheColourThatTheAnswerNames() {
        assertThat(Pictures.of(Family.SCENE)).allSatisfy(drawing -> assertThat(drawing.questions())
                .filteredOn(question -> question.kind() == QuestionKind.COLOUR)
                .allSatisfy(question -> {
                    Box box = question.evidence().get(0);
                    int x = (box.left() + box.right()) / 2;
                    int y = (box.top() + box.bottom()) / 2;
                    assertThat(nameAt(drawing, x, y)).isEqualTo(question.answer());
                }));
    }

    @Test
    void shapesStayOnThePageAtAnyTurn() {
        for (ShapeKind kind : ShapeKind.values()) {
            for (double turn = -ScenePainter.MOST_TURN; turn <= ScenePainter.MOST_TURN; turn += 0.02) {
                // The painter keeps the radius and two pixels from the edge.
                Box box = kind.at(100, 100, 38, turn).box();
                assertThat(box.left()).as(kind.word()).isGreaterThanOrEqualTo(100 - 38 - 2);
                assertThat(box.top()).as(kind.word()).isGreaterThanOrEqualTo(100 - 38 - 2);
                assertThat(box.right()).as(kind.word()).isLessThanOrEqualTo(100 + 38 + 2);
                assertThat(box.bottom()).as(kind.word()).isLessThanOrEqualTo(100 + 38 + 2);
            }
        }
    }

    @Test
    void whatExistsIsThereInTheColourNamedAndWhatDoesNotIsNot() {
        assertThat(Pictures.of(Family.SCENE)).allSatisfy(drawing -> {
            for (Question question : drawing.questions()) {
                if (question.kind() == QuestionKind.EXISTS) {
                    String colour = Colours.NAMES.stream()
                            .filter(name -> question.text().contains(name))
                            .findFirst()
                            .orElseThrow();
                    String shape = List.of(ShapeKind.values()).stream()
                            .map(ShapeKind::word)
                            .filter(word -> question.text().contains(word))
                            .findFirst()
                            .orElseThrow();
                    assertThat(shows(drawing.labels(), colour, shape)).isEqualTo("yes".equals(question.answer()));
                }
            }
        });
    }

    private static boolean shows(CellLabels labels, String colour, String shape) {
        for (int cell = 0; cell < labels.cellCount(); cell++) {
            if (labels.owners()[cell] == Vocabulary.id(shape) && labels.colours()[cell] == Vocabulary.id(colour)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void platesHaveTheColourThatTheQuestionNames() {
        assertThat(Pictures.of(Family.SIGN)).allSatisfy(drawing -> assertThat(drawing.questions())
                .filteredOn(question -> question.kind() == QuestionKind.SIGN)
                .allSatisfy(question -> {
                    Box box = question.evidence().get(0);
                    String seen = nameAt(drawing, box.left() + 7, (box.top() + box.bottom()) / 2);
                    assertThat(question.text().toLowerCase(Locale.ROOT)).contains(seen);
                }));
    }

    @Test
    void higherNumbersStandHigher() {
        assertThat(Pictures.of(Family.CHART)).allSatisfy(drawing -> {
            List<Question> bars = drawing.questions().stream()
                    .filter(question -> question.kind() == QuestionKind.BAR)
                    .sorted(Comparator.comparingInt(question -> Integer.parseInt(question.answer())))
                    .toList();
            for (int i = 1; i < bars.size(); i++) {
                assertThat(numberTop(bars.get(i))).isLessThanOrEqualTo(numberTop(bars.get(i - 1)) + 1);
            }
        });
    }

    private static int numberTop(Question bar) {
        return bar.evidence().get(1).top();
    }

    @Test
    void evidenceOfWritingIsNotBlank() {
        assertThat(Pictures.of(Family.DOC)).allSatisfy(drawing -> assertThat(drawing.questions())
                .flatExtracting(Question::evidence)
                .allSatisfy(box -> assertThat(contrast(drawing, box)).isGreaterThan(60)));
    }

    private static int contrast(Drawing drawing, Box box) {
        int darkest = 255;
        int lightest = 0;
        for (int y = box.top(); y < box.bottom(); y++) {
            for (int x = box.left(); x < box.right(); x++) {
                int light = Colours.lightness(colourAt(drawing, x, y));
                darkest = Math.min(darkest, light);
                lightest = Math.max(lightest, light);
            }
        }
        return lightest - darkest;
    }

    // The named colour that is nearest to the mean of a few pixels.
    private static String nameAt(Drawing drawing, int x, int y) {
        int[] sum = new int[3];
        for (int i = 0; i < 9; i++) {
            int colour = colourAt(drawing, x - 1 + i % 3, y - 1 + i / 3);
            sum[0] += (colour >> 16) & 0xFF;
            sum[1] += (colour >> 8) & 0xFF;
            sum[2] += colour & 0xFF;
        }
        return Colours.NAMES.stream()
                .min(Comparator.comparingInt(name -> distance(sum, Colours.plain(name))))
                .orElseThrow();
    }

    private static int distance(int[] nineTimes, int colour) {
        int distance = 0;
        for (int channel = 0; channel < 3; channel++) {
            int difference = nineTimes[channel] / 9 - ((colour >> (16 - 8 * channel)) & 0xFF);
            distance += difference * difference;
        }
        return distance;
    }

    private static int colourAt(Drawing drawing, int x, int y) {
        int at = 3 * (y * drawing.width() + x);
        byte[] rgb = drawing.rgb();
        return ((rgb[at] & 0xFF) << 16) | ((rgb[at + 1] & 0xFF) << 8) | (rgb[at + 2] & 0xFF);
    }
}
