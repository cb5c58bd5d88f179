package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where slices end, on any machine. */
class RowSlicesTest {

    @Test
    void whatIsLeftBehindWholeBlocksIsASliceOfItsOwn() {
        assertThat(ends(48, true)).containsExactly(48);
        assertThat(ends(72, true)).containsExactly(64, 72);
        assertThat(ends(1_336, true)).containsExactly(512, 1_024, 1_280, 1_336);
    }

    @Test
    void whereARowCostsARowSlicesAreAsLongAsTheyMayBe() {
        assertThat(ends(72, false)).containsExactly(72);
        assertThat(ends(1_336, false)).containsExactly(512, 1_024, 1_336);
    }

    private static List<Integer> ends(int rows, boolean inBlocks) {
        RowSlices slices = RowSlices.of(CancellationPoint.NONE);
        List<Integer> ends = new ArrayList<>();
        for (int end = 0; end < rows; ) {
            end = slices.end(end, rows, inBlocks);
            ends.add(end);
        }
        return ends;
    }
}
