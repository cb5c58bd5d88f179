package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class DrawingLessonsTest {

    private static final int BATCHES = 40;

    @Tag("thorough")
    @Tag("reference")
    @Test
    void chartsAreTheShareThatIsAskedFor() {
        assertThat(charts(List.of(6, 7, 0, 3))).isZero();
        assertThat(charts(List.of(0, 0, 1, 0))).isEqualTo(1);
        assertThat(charts(StageOptions.DRAWINGS)).isBetween(0.1, 0.3);
    }

    @Test
    void theEndsOfAChartAreAskedAsOftenAsItsBars() {
        List<String> kinds = kinds(List.of(0, 0, 1, 0));

        assertThat(ends(kinds)).isBetween(kinds.size() / 3L, kinds.size() * 2L / 3);
    }

    /** Of questions about drawings without the refusals, which all kinds of drawings have. */
    private static double charts(List<Integer> drawings) {
        List<String> kinds = kinds(drawings).stream()
                .filter(kind -> !kind.equals(QuestionKind.UNANSWERABLE.label()))
                .toList();
        long ofCharts = kinds.stream().filter(QuestionKind.BAR.label()::equals).count() + ends(kinds);
        return (double) ofCharts / kinds.size();
    }

    private static long ends(List<String> kinds) {
        return kinds.stream()
                .filter(List.of(QuestionKind.HIGHEST.label(), QuestionKind.LOWEST.label())::contains)
                .count();
    }

    private static List<String> kinds(List<Integer> drawings) {
        DrawingLessons lessons = new DrawingLessons(3, null, 0, drawings);
        return LongStream.range(0, BATCHES)
                .mapToObj(number -> lessons.lesson(number, false).questions().kinds())
                .flatMap(List::stream)
                .toList();
    }
}
