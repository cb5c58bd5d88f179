package io.github.glimpse.examples.tiny.drawing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DrawingRequestTest {

    private static final PageSize SIZE = new PageSize(8, 8);

    @Test
    void unseenFacesAreForTheTestAlone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DrawingRequest(Split.TRAIN, FacePool.UNSEEN, Family.DOC, SIZE, 1))
                .withMessageContaining("TEST only, not for TRAIN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DrawingRequest.nth(Split.VALIDATION, FacePool.UNSEEN, 1))
                .withMessageContaining("not for VALIDATION");
    }

    @Test
    void aSeedThatWouldReachIntoAnotherSplitIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DrawingRequest(Split.TRAIN, FacePool.SEEN, Family.DOC, SIZE, 1L << 62))
                .withMessageContaining("below 2^62");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DrawingRequest(Split.TRAIN, FacePool.SEEN, Family.DOC, SIZE, -1));
    }

    @Test
    void splitsNeverStartFromTheSameState() {
        Set<Long> states = new HashSet<>();
        int seeds = 50_000;
        for (Split split : Split.values()) {
            for (int seed = 0; seed < seeds; seed++) {
                states.add(new DrawingRequest(split, FacePool.SEEN, Family.DOC, SIZE, seed)
                        .dice()
                        .next());
            }
        }
        assertThat(states).hasSize(Split.values().length * seeds);
    }

    @Test
    void splitsDrawDifferentPicturesOfOneSeed() {
        for (Family family : Family.values()) {
            byte[] train = Studio.draw(new DrawingRequest(Split.TRAIN, FacePool.SEEN, family, SIZE, 7))
                    .rgb();
            byte[] test = Studio.draw(new DrawingRequest(Split.TEST, FacePool.SEEN, family, SIZE, 7))
                    .rgb();
            byte[] validation = Studio.draw(new DrawingRequest(Split.VALIDATION, FacePool.SEEN, family, SIZE, 7))
                    .rgb();
            assertThat(train).isNotEqualTo(test);
            assertThat(train).isNotEqualTo(validation);
            assertThat(test).isNotEqualTo(validation);
        }
    }

    @Test
    void theMixHasEveryFamilyThatIsAskedAndEverySize() {
        EnumSet<Family> families = EnumSet.noneOf(Family.class);
        Set<PageSize> sizes = new HashSet<>();
        for (int number = 0; number < 500; number++) {
            DrawingRequest request = DrawingRequest.nth(Split.TRAIN, FacePool.SEEN, number);
            families.add(request.family());
            sizes.add(request.size());
        }
        assertThat(families).containsExactlyInAnyOrder(Family.DOC, Family.SIGN, Family.CHART, Family.SCENE);
        assertThat(sizes).containsExactlyInAnyOrderElementsOf(PageSize.ALL);
    }

    @Test
    void pagesAreFrom224To448PixelsOnASide() {
        assertThat(PageSize.ALL).allSatisfy(size -> assertThat(Arrays.asList(size.width(), size.height()))
                .allSatisfy(side -> assertThat(side).isBetween(224, 448)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PageSize(7, 8))
                .withMessageContaining("7 x 8");
        assertThatIllegalArgumentException().isThrownBy(() -> new PageSize(8, 28));
    }
}
