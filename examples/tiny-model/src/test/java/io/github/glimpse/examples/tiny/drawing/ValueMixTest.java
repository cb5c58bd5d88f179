package io.github.glimpse.examples.tiny.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ValueMixTest {

    private static final int PICTURES = 400;

    @Tag("thorough")
    @Tag("reference")
    @Test
    void picturesToLearnFromHoldMoreLettersThanThoseThatAreAskedAbout() {
        for (Family family : List.of(Family.DOC, Family.SIGN)) {
            assertThat(spelled(family, Split.TRAIN)).as("%s", family).isGreaterThan(1.5 * spelled(family, Split.TEST));
        }
    }

    @Test
    void everyLetterStandsOftenOnPagesFullOfWriting() {
        int[] seen = new int[Vocabulary.CHARACTER_CLASSES];
        int all = 0;
        for (int i = 0; i < PICTURES; i++) {
            for (int character : draw(Family.DENSE, Split.TRAIN, i).labels().characters()) {
                seen[character]++;
                all += character > 0 ? 1 : 0;
            }
        }
        double rarest = IntStream.range(1, seen.length).map(i -> seen[i]).min().orElseThrow();
        assertThat(rarest / all).isGreaterThan(0.005);
    }

    /** Share of what is read that has letters only. */
    private static double spelled(Family family, Split split) {
        List<String> read = IntStream.range(0, PICTURES)
                .mapToObj(i -> draw(family, split, i))
                .flatMap(drawing -> drawing.questions().stream())
                .filter(question -> !question.pointers().isEmpty())
                .map(Question::answer)
                .toList();
        return read.stream().filter(answer -> answer.matches("[A-Za-z]+")).count() / (double) read.size();
    }

    private static Drawing draw(Family family, Split split, int seed) {
        return Studio.draw(new DrawingRequest(split, FacePool.SEEN, family, new PageSize(12, 12), seed));
    }
}
