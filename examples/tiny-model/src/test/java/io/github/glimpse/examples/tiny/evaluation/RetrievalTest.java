package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetrievalTest {

    @Test
    void countsTheOwnPartnerOnly() {
        List<float[]> asking = List.of(new float[] {1, 0}, new float[] {0, 1});
        List<float[]> asked = List.of(new float[] {1, 0}, new float[] {0.9f, 0.1f});
        assertThat(Retrieval.of(asking, asked)).isEqualTo(new Retrieval(100, 100));
        assertThat(Retrieval.of(asked, asking)).isEqualTo(new Retrieval(50, 100));
    }

    @Test
    void vectorsThatAreAllAlikeFindNothing() {
        List<float[]> alike = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            alike.add(new float[] {1, 0});
        }
        assertThat(Retrieval.of(alike, alike)).isEqualTo(new Retrieval(0, 0));
    }

    @Test
    void noTwoPicturesSayTheSame() {
        CaptionedPictures held = CaptionedPictures.draw(Split.TEST, FacePool.SEEN, 100);
        assertThat(new HashSet<>(held.captions())).hasSize(100);
        assertThat(held.files()).hasSize(100);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new CaptionedPictures(held.files(), held.captions().subList(1, 100)));
    }

    @Test
    void theGridIsEven() {
        List<Integer> order = new ArrayList<>(IntStream.range(0, 64).boxed().toList());
        order.sort(Comparator.comparing(patch -> ControlTower.rank(patch, 8)));
        // The first four are four apart, the first sixteen two apart.
        assertThat(order.subList(0, 4)).allMatch(patch -> patch / 8 % 4 == 0 && patch % 8 % 4 == 0);
        assertThat(order.subList(0, 16)).allMatch(patch -> patch / 8 % 2 == 0 && patch % 8 % 2 == 0);
        // Of every square of 2 x 2 one, then the one across.
        for (int square = 0; square < 16; square++) {
            int patch = square / 4 * 16 + square % 4 * 2;
            assertThat(ControlTower.rank(patch, 8))
                    .isLessThan(ControlTower.rank(patch + 9, 8))
                    .isLessThan(ControlTower.rank(patch + 1, 8));
            assertThat(ControlTower.rank(patch + 9, 8)).isLessThan(ControlTower.rank(patch + 8, 8));
        }
    }
}
