package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReadingDataTest {

    private static final PageSize SIZE = new PageSize(8, 12);
    private static final int CELLS = 300;

    @Test
    void somePicturesAreShownBehindAnotherOneThatWasAskedAbout() {
        List<ReadingData> behind = LongStream.range(0, 120)
                .mapToObj(number -> ReadingData.training(
                        List.of(SIZE), Studio::draw, 5, number, CELLS, StageOptions.DRAWINGS, false, true))
                .filter(data -> data.batch().fronts().get(0).earlier() != null)
                .toList();

        assertThat(behind).hasSizeBetween(5, 40).allSatisfy(data -> {
            for (int picture = 0; picture < data.drawings().size(); picture++) {
                Front front = data.batch().fronts().get(picture);
                int other = Objects.requireNonNull(front.earlier()).firstCell() / SIZE.cellCount();
                Drawing before = data.drawings().get(other);
                assertThat(other).isNotEqualTo(picture);
                assertThat(text(front.ids())).endsWith("<|im_end|><|im_start|>user<|vision_start|>");
                assertThat(before.questions()).anyMatch(question -> text(front.ids())
                        .contains("<|vision_end|>" + text(Vocabulary.question(question.text()))
                                + "<|im_end|><|im_start|>assistant"
                                + text(Vocabulary.question(question.answer())) + "<|im_end|>"));
            }
        });
    }

    @Test
    void aCutTakesNineOfTenCellsOfAnEarlierPicture() {
        Front.Earlier earlier = Front.Earlier.of(new PageSize(24, 24), 7, new Random(1));
        Front front = AskedQuestion.behind(AskedQuestion.FRONT, earlier, List.of());
        int first = AskedQuestion.FRONT.length;

        assertThat(front.firstCellRow()).isEqualTo(first);
        assertThat(earlier.kept().cardinality()).isBetween(30, 90);
        List<Integer> cut = Arrays.stream(front.cutRows()).boxed().toList();
        for (int row = 0; row < front.rows(); row++) {
            boolean cell = row >= first && row < first + 576;
            assertThat(cut.contains(row)).isEqualTo(cell && !earlier.kept().get(row - first));
        }
        assertThat(Front.of(1, 2, 3).cutRows()).isEmpty();
    }

    private static String text(int[] ids) {
        return Arrays.stream(ids).mapToObj(id -> Vocabulary.all().get(id)).collect(Collectors.joining());
    }
}
