package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AttentionBlocksTest {

    @Test
    void equallyLongBlocksOfAnImageBecomeOneRun() {
        AttentionBlocks blocks = AttentionBlocks.of(
                List.of(List.of(new int[] {0, 1, 4, 5}, new int[] {2, 6}, new int[] {3, 7}, new int[] {8, 9, 10, 11})));
        assertThat(blocks.order()).containsExactly(0, 1, 4, 5, 8, 9, 10, 11, 2, 6, 3, 7);
        assertThat(blocks.runs()).containsExactly(0, 2, 4, 8, 2, 2);
        assertThat(blocks.inverse()).containsExactly(0, 1, 8, 10, 2, 3, 9, 11, 4, 5, 6, 7);
    }

    @Test
    void imagesStayTogether() {
        AttentionBlocks blocks = AttentionBlocks.of(
                List.of(List.of(new int[] {0}, new int[] {1, 2}), List.of(new int[] {3, 4}, new int[] {5})));
        assertThat(blocks.order()).containsExactly(1, 2, 0, 3, 4, 5);
        assertThat(blocks.runs()).containsExactly(0, 1, 2, 2, 1, 1, 3, 1, 2, 5, 1, 1);
    }

    @Test
    void emptyBlocksAreLeftOut() {
        assertThat(AttentionBlocks.of(List.of(List.of(new int[0], new int[] {0})))
                        .runs())
                .containsExactly(0, 1, 1);
    }

    @Test
    void runsOfRowsScaleStartAndLengthButNotTheCount() {
        AttentionBlocks blocks = AttentionBlocks.of(List.of(List.of(new int[] {0, 1}, new int[] {2, 3})));
        assertThat(blocks.runsOfRows(4)).containsExactly(0, 2, 8);
    }
}
