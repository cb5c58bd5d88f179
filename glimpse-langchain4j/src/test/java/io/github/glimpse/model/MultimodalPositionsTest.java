package io.github.glimpse.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.image.ImageGrid;
import java.util.List;
import org.junit.jupiter.api.Test;

class MultimodalPositionsTest {

    private static final ImageGrid TWO_BY_THREE = new ImageGrid(4, 6, 14, 2);
    private static final PositionRule RULE = PositionRule.multimodal();

    @Test
    void textGoesOnAboveTheLargestIdOfAnImage() {
        // 1 text token, an image of 2 rows and 3 columns, 2 text tokens
        Positions positions = RULE.of(9, List.of(new ImageSpan(1, 6)), List.of(TokenRun.of(TWO_BY_THREE)));
        assertThat(positions.rows()[0]).containsExactly(0, 1, 1, 1, 1, 1, 1, 4, 5);
        assertThat(positions.rows()[1]).containsExactly(0, 1, 1, 1, 2, 2, 2, 4, 5);
        assertThat(positions.rows()[2]).containsExactly(0, 1, 2, 3, 1, 2, 3, 4, 5);
        assertThat(positions.next()).isEqualTo(6);
    }

    @Test
    void textAloneCountsUp() {
        Positions positions = RULE.of(3, List.of(), List.of());
        assertThat(positions.rows()).isEqualTo(new long[][] {{0, 1, 2}, {0, 1, 2}, {0, 1, 2}});
        assertThat(positions.next()).isEqualTo(3);
    }

    @Test
    void unitsOfARunCountFromItsBeginningAndTextStartsAboveTheLastTime() {
        ImageGrid row = new ImageGrid(2, 4, 14, 2);
        TokenRun video = new TokenRun(List.of(row, row, row), List.of(0L, 3L, 6L), List.of());

        Positions positions = RULE.of(8, List.of(new ImageSpan(1, 6)), List.of(video));

        assertThat(positions.rows()[0]).containsExactly(0, 1, 1, 4, 4, 7, 7, 8);
        assertThat(positions.rows()[1]).containsExactly(0, 1, 1, 1, 1, 1, 1, 8);
        assertThat(positions.rows()[2]).containsExactly(0, 1, 2, 1, 2, 1, 2, 8);
        assertThat(positions.next()).isEqualTo(9);
    }

    @Test
    void keepingRowsRenumbersNothing() {
        Positions positions = RULE.of(9, List.of(new ImageSpan(1, 6)), List.of(TokenRun.of(TWO_BY_THREE)))
                .keep(new int[] {0, 3, 7, 8});
        assertThat(positions.rows()[2]).containsExactly(0, 3, 4, 5);
        assertThat(positions.next()).isEqualTo(6);
    }
}
