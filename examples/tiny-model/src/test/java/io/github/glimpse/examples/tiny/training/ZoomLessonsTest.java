package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.examples.tiny.pages.FontRegistry;
import io.github.glimpse.examples.tiny.pages.PageMaker;
import io.github.glimpse.examples.tiny.pages.Repertoire;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("thorough")
@Tag("reference")
class ZoomLessonsTest {

    private static final List<PageSize> SIZES = List.of(new PageSize(12, 12), new PageSize(10, 14));
    private static final List<ReadingData> DATA = data();
    private static final List<ReadingBatch> BATCHES =
            DATA.stream().map(ReadingData::batch).toList();

    private static List<ReadingData> data() {
        PageMaker maker = new PageMaker(FontRegistry.strokes(), Repertoire.FIRST);
        ZoomLessons lessons = new ZoomLessons(maker, SIZES, 3);
        return IntStream.range(0, 48).mapToObj(lessons::batch).toList();
    }

    @Test
    void theToolIsCalledWhereItIsOfferedAndWhatIsTooSmallIsToldWhereItIsNot() {
        int called = 0;
        int told = 0;
        for (ReadingBatch batch : BATCHES) {
            for (int picture = 0; picture < batch.pictures(); picture++) {
                String front = text(batch.fronts().get(picture).ids());
                boolean offered = front.contains("{\"name\":\"zoom\",\"description\":");
                assertThat(front.contains("<tools>{\"type\":\"function\""))
                        .isEqualTo(front.startsWith("<|im_start|>system"));
                for (AskedQuestion question : batch.questions().get(picture)) {
                    String answer = text(question.answer());
                    boolean calls = answer.startsWith("<tool_call>");
                    boolean tells = answer.replace("<0x20>", " ").startsWith(Vocabulary.UNREADABLE);
                    assertThat(!calls || offered).isTrue();
                    assertThat(!tells || !offered).isTrue();
                    called += calls ? 1 : 0;
                    told += tells ? 1 : 0;
                }
            }
        }
        assertThat(called).isGreaterThan(5);
        assertThat(told).isPositive();
    }

    @Test
    void whoIsOfferedOtherToolsAloneAnswersAtOnce() {
        assertThat(BATCHES.stream().flatMap(batch -> batch.fronts().stream()).map(front -> text(front.ids())))
                .anyMatch(front -> front.contains("<tools>{") && !front.contains("\"zoom\""));
    }

    @Test
    void someCallSomeReadAtOnceAndSomeReadWhatIsShown() {
        List<String> answers = BATCHES.stream()
                .flatMap(batch -> batch.questions().stream())
                .flatMap(List::stream)
                .map(question -> text(question.answer()))
                .toList();

        assertThat(answers).anyMatch(answer -> answer.startsWith("<tool_call>{\"name\":\"zoom\""));
        assertThat(answers).anyMatch(answer -> !answer.startsWith("<"));
        assertThat(BATCHES)
                .anySatisfy(batch -> assertThat(batch.fronts()).allSatisfy(front -> assertThat(text(front.ids()))
                        .endsWith("}}</tool_call><|im_end|><|im_start|>user<|vision_start|>")));
    }

    @Test
    void whatTheToolShowsStandsBehindThePageThatItWasCalledFor() {
        List<ReadingData> shown = DATA.stream()
                .filter(data -> data.batch().fronts().get(0).earlier() != null)
                .toList();

        // A call was offered, though what it shows may be read without the offer.
        assertThat(shown)
                .extracting(
                        data -> text(data.batch().fronts().get(0).ids()).contains("\"name\":\"zoom\",\"description\""))
                .contains(true, false);
        assertThat(shown).hasSizeGreaterThan(5).allSatisfy(data -> {
            List<PageSize> sizes = data.drawings().stream()
                    .map(drawing -> drawing.request().size())
                    .toList();
            List<Integer> firstCells = IntStream.range(0, sizes.size())
                    .mapToObj(page -> sizes.subList(0, page).stream()
                            .mapToInt(PageSize::cellCount)
                            .sum())
                    .toList();
            for (Front front : data.batch().fronts()) {
                Front.Earlier page = Objects.requireNonNull(front.earlier());
                int number = firstCells.indexOf(page.firstCell());
                assertThat(number).isGreaterThanOrEqualTo(data.batch().pictures());
                assertThat(page.size()).isEqualTo(sizes.get(number)).isIn(SIZES);
                assertThat(text(front.ids()).split("<\\|image_pad\\|>", -1))
                        .hasSize(1 + page.size().cellCount());
            }
        });
    }

    @Test
    void aCallLooksAtWhatItIsFor() {
        BATCHES.stream()
                .flatMap(batch -> batch.questions().stream())
                .flatMap(List::stream)
                .filter(question -> text(question.answer()).startsWith("<tool_call>"))
                .forEach(question -> {
                    assertThat(question.evidence().isEmpty()).isFalse();
                    assertThat(question.cellsOf(0)).isEqualTo(question.evidence());
                });
    }

    private static String text(int[] ids) {
        return Arrays.stream(ids).mapToObj(id -> Vocabulary.all().get(id)).collect(Collectors.joining());
    }
}
