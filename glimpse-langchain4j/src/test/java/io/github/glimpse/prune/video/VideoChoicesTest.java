package io.github.glimpse.prune.video;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the golden cases of the strategies over time do not show. */
class VideoChoicesTest {

    private static final int WIDTH = 2;

    /** Rows by slice. */
    private static SliceRows video(float[]... slices) {
        return new SliceRows(slices.length, slices[0].length / WIDTH, WIDTH, slice -> slices[slice]);
    }

    @Test
    void aRowOfZerosIsUnlikeEveryOther() {
        ChangedRows choice =
                ChangedRows.choose(video(new float[] {0, 0, 1, 0}, new float[] {1, 0, 1, 0}, new float[4]), 3, 0);

        assertThat(choice.distances()).containsExactly(ChangedRows.FIRST, ChangedRows.FIRST, 1, 0, 1, 1);
        assertThat(choice.kept()).containsExactly(0, 1, 2);
    }

    @Test
    void ofRowsThatChangedAlikeTheEarlierSliceStays() {
        float[] one = {1, 0, 1, 0};
        float[] other = {0, 1, 0, 1};

        assertThat(ChangedRows.choose(video(one, other, one), 5, 0).kept()).containsExactly(0, 1, 2, 3, 4);
        assertThat(ChangedRows.choose(video(one, other, one), 4, 1).kept()).containsExactly(0, 1, 2, 4);
    }

    @Test
    void whatHardlyTurnsHasNotChanged() {
        float[] turned = {1, 1e-4f, 1, 0};

        ChangedRows choice = ChangedRows.choose(video(new float[] {1, 0, 1, 0}, turned), 3, 0);

        assertThat(choice.distances()[2]).isZero();
        assertThat(choice.kept()).containsExactly(0, 1, 2);
    }

    @Test
    void theFirstSliceAndTheFloorsStayWhateverTheCountSays() {
        float[] still = {1, 0, 1, 0};

        assertThat(ChangedRows.choose(video(still, still, still), 1, 0).kept()).containsExactly(0, 1);
        assertThat(ChangedRows.choose(video(still, still, still), 1, Integer.MAX_VALUE)
                        .kept())
                .containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(ChangedRows.choose(video(still), 1, 0).kept()).containsExactly(0, 1);
    }

    @Test
    void aSliceUnlikeTheOthersKeepsMore() {
        float[] usual = {1, 0.1f, 1, 0.2f, 1, 0.3f, 1, 0.4f};
        float[] other = new float[usual.length];
        for (int i = 0; i < other.length; i++) {
            other[i] = -usual[i];
        }

        DifferentSlices choice = DifferentSlices.choose(video(usual, usual, other, usual), 0.5, 8);

        assertThat(choice.firstCounts()[2]).isGreaterThan(choice.firstCounts()[0]);
        assertThat(choice.kept()).hasSize(8);
    }

    @Test
    void asManyRowsStayAsThereAreSlicesAtLeast() {
        float[] still = {1, 0, 1, 0};

        assertThat(DifferentSlices.choose(video(still, still, still), 0.01, 1).kept())
                .hasSize(3);
        assertThat(DifferentSlices.choose(video(still, still, still), 1, 6).kept())
                .containsExactly(IntStream.range(0, 6).toArray());
    }
}
