package io.github.glimpse.model.qwen25vl;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.model.ImageSpan;
import io.github.glimpse.model.Positions;
import java.util.List;
import org.junit.jupiter.api.Test;

class MultimodalPositionsTest {

    @Test
    void textGoesOnAboveTheLargestIdOfAnImage() {
        // 1 text token, an image of 2 rows and 3 columns, 2 text tokens
        Positions positions =
                new MultimodalPositions().of(9, List.of(new ImageSpan(1, 6)), List.of(new ImageGrid(4, 6, 14, 2)));
        assertThat(positions.rows()[0]).containsExactly(0, 1, 1, 1, 1, 1, 1, 4, 5);
        assertThat(positions.rows()[1]).containsExactly(0, 1, 1, 1, 2, 2, 2, 4, 5);
        assertThat(positions.rows()[2]).containsExactly(0, 1, 2, 3, 1, 2, 3, 4, 5);
        assertThat(positions.next()).isEqualTo(6);
    }

    @Test
    void textAloneCountsUp() {
        Positions positions = new MultimodalPositions().of(3, List.of(), List.of());
        assertThat(positions.rows()).isEqualTo(new long[][] {{0, 1, 2}, {0, 1, 2}, {0, 1, 2}});
        assertThat(positions.next()).isEqualTo(3);
    }

    @Test
    void keepingRowsRenumbersNothing() {
        Positions positions = new MultimodalPositions()
                .of(9, List.of(new ImageSpan(1, 6)), List.of(new ImageGrid(4, 6, 14, 2)))
                .keep(new int[] {0, 3, 7, 8});
        assertThat(positions.rows()[2]).containsExactly(0, 3, 4, 5);
        assertThat(positions.next()).isEqualTo(6);
    }
}
