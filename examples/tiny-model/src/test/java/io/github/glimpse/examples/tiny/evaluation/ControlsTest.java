package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class ControlsTest {

    @Test
    void keysAreTheFirstOutputsOfSplitMix64() {
        assertThat(Controls.key(1, 0)).isEqualTo(0x910A2DEC89025CC1L);
        assertThat(Controls.key(1, 1)).isEqualTo(0xBEEB8DA1658EEC67L);
        assertThat(Controls.key(42, 0)).isEqualTo(0xBDD732262FEB6E95L);
    }

    @Test
    void keepsWhatTheReferenceKeeps() {
        assertThat(Controls.random(3, 4, 5, 1)).isEqualTo(tokens(3, 4, 7, 8, 10));
        assertThat(Controls.random(7, 9, 13, 42)).isEqualTo(tokens(4, 16, 18, 21, 24, 36, 39, 41, 46, 47, 52, 54, 59));
        assertThat(Controls.grid(3, 4, 5)).isEqualTo(tokens(1, 3, 4, 9, 11));
        assertThat(Controls.grid(5, 6, 15)).isEqualTo(tokens(1, 3, 5, 7, 9, 11, 12, 14, 16, 19, 21, 23, 25, 27, 29));
    }

    @Test
    void chanceKeepsThatManyAndAPartOfWhatALargerCountKeeps() {
        BitSet few = Controls.random(12, 16, 9, 5);
        BitSet more = Controls.random(12, 16, 30, 5);
        assertThat(few.cardinality()).isEqualTo(9);
        assertThat(more.cardinality()).isEqualTo(30);
        few.andNot(more);
        assertThat(few.isEmpty()).isTrue();
        assertThat(Controls.random(12, 16, 30, 6)).isNotEqualTo(more);
    }

    @Test
    void spreadsOverTheMiddlesOfALattice() {
        assertThat(Controls.grid(8, 8, 4)).isEqualTo(tokens(2 * 8 + 2, 2 * 8 + 6, 6 * 8 + 2, 6 * 8 + 6));
        assertThat(Controls.grid(8, 12, 1)).isEqualTo(tokens(4 * 12 + 6));
    }

    @Test
    void keepsExactlyThatManyOnEveryPage() {
        for (int rows = 8; rows <= 16; rows++) {
            for (int columns = 8; columns <= 16; columns++) {
                for (int count = 1; count <= rows * columns; count += 3) {
                    assertThat(Controls.grid(rows, columns, count).cardinality())
                            .as("%d of %d x %d", count, rows, columns)
                            .isEqualTo(count);
                }
            }
        }
    }

    private static BitSet tokens(int... indices) {
        BitSet set = new BitSet();
        for (int index : indices) {
            set.set(index);
        }
        return set;
    }
}
