package io.github.glimpse.prune.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.image.ImageGrid;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ControlChoicesTest {

    private static final ImageGrid GRID = new ImageGrid(6, 7, 14, 1);

    @Test
    void aLargerCountKeepsASupersetForTheSameSeed() {
        int[] all = IntStream.range(0, 42).toArray();
        for (int count = 1; count < 42; count++) {
            int[] more = RandomKeys.smallest(all, count + 1, 9);
            assertThat(more).hasSize(count + 1).contains(RandomKeys.smallest(all, count, 9));
        }
    }

    @Test
    void keysAreTheFirstOutputsOfSplitMix64() {
        assertThat(RandomKeys.key(1, 0)).isEqualTo(0x910A2DEC89025CC1L);
        assertThat(RandomKeys.key(1, 1)).isEqualTo(0xBEEB8DA1658EEC67L);
        assertThat(RandomKeys.key(42, 0)).isEqualTo(0xBDD732262FEB6E95L);
    }

    @Test
    void keepsWhatTheReferenceKeeps() {
        assertThat(random(3, 4, 5, 1)).containsExactly(3, 4, 7, 8, 10);
        assertThat(random(7, 9, 13, 42)).containsExactly(4, 16, 18, 21, 24, 36, 39, 41, 46, 47, 52, 54, 59);
        assertThat(grid(3, 4, 5)).containsExactly(1, 3, 4, 9, 11);
        assertThat(grid(5, 6, 15)).containsExactly(1, 3, 5, 7, 9, 11, 12, 14, 16, 19, 21, 23, 25, 27, 29);
    }

    @Test
    void chanceKeepsThatManyAndAPartOfWhatALargerCountKeeps() {
        assertThat(random(12, 16, 9, 5)).hasSize(9);
        assertThat(random(12, 16, 30, 5)).hasSize(30).contains(random(12, 16, 9, 5));
        assertThat(random(12, 16, 30, 6)).isNotEqualTo(random(12, 16, 30, 5));
    }

    @Test
    void spreadsOverTheMiddlesOfALattice() {
        assertThat(grid(8, 8, 4)).containsExactly(2 * 8 + 2, 2 * 8 + 6, 6 * 8 + 2, 6 * 8 + 6);
        assertThat(grid(8, 12, 1)).containsExactly(4 * 12 + 6);
    }

    @Test
    void keepsExactlyThatManyOnEveryPage() {
        for (int rows = 8; rows <= 16; rows++) {
            for (int columns = 8; columns <= 16; columns++) {
                for (int count = 1; count <= rows * columns; count += 3) {
                    assertThat(grid(rows, columns, count))
                            .as("%d of %d x %d", count, rows, columns)
                            .hasSize(count)
                            .doesNotHaveDuplicates();
                }
            }
        }
    }

    private static int[] random(int rows, int columns, int count, long seed) {
        return RandomKeys.smallest(IntStream.range(0, rows * columns).toArray(), count, seed);
    }

    private static int[] grid(int rows, int columns, int count) {
        int[] all = IntStream.range(0, rows * columns).toArray();
        return EvenSpread.choose(new ImageGrid(rows, columns, 14, 1), all, count);
    }

    @Test
    void theSameTokensWinTheLotAmongThoseThatAreLeft() {
        int[] odd = IntStream.range(0, 21).map(i -> 2 * i + 1).toArray();
        int[] places = RandomKeys.smallest(odd, 5, 3);

        assertThat(Arrays.stream(places).map(place -> odd[place]).toArray())
                .isEqualTo(byKey(odd).limit(5).sorted().toArray());
    }

    private static IntStream byKey(int[] tokens) {
        return Arrays.stream(tokens)
                .boxed()
                .sorted((one, other) -> Long.compareUnsigned(RandomKeys.key(3, one), RandomKeys.key(3, other)))
                .mapToInt(Integer::intValue);
    }

    @Test
    void evenSpreadFillsHolesWithWhatIsFarthest() {
        int[] withoutTheMiddle = IntStream.range(0, 42)
                .filter(token -> token / 7 < 2 || token / 7 > 3)
                .toArray();
        for (int count = 1; count <= withoutTheMiddle.length; count++) {
            assertThat(EvenSpread.choose(GRID, withoutTheMiddle, count))
                    .hasSize(count)
                    .doesNotHaveDuplicates()
                    .isSorted();
        }
    }

    @Test
    void aLatticeHasNoMoreRowsThanTokensAreWanted() {
        assertThat(Lattice.of(new ImageGrid(5, 1, 14, 1), 1).tokens()).containsExactly(2);
        assertThat(Lattice.of(new ImageGrid(40, 1, 14, 1), 3).rows()).isEqualTo(3);
    }

    @Test
    void binsCoverTheGridAndHoldTheirOwnToken() {
        for (int count = 1; count <= GRID.tokenCount(); count++) {
            Lattice lattice = Lattice.of(GRID, count);
            assertThat(lattice.rows() * lattice.columns()).isBetween(1, count);
            boolean[] covered = new boolean[GRID.tokenCount()];
            for (int row = 0; row < lattice.rows(); row++) {
                for (int column = 0; column < lattice.columns(); column++) {
                    int[] bin = lattice.bin(row, column);
                    assertThat(bin).contains(lattice.token(row, column));
                    Arrays.stream(bin).forEach(token -> covered[token] = true);
                }
            }
            assertThat(covered).doesNotContain(false);
        }
    }

    @Test
    void theCentreGrowsInNestedRectangles() {
        int[] all = IntStream.range(0, 42).toArray();
        for (int count = 1; count < 42; count++) {
            assertThat(CentreFirst.choose(GRID, all, count + 1)).contains(CentreFirst.choose(GRID, all, count));
        }
        assertThat(CentreFirst.choose(GRID, all, 1)).containsExactly(2 * 7 + 3);
    }

    @Test
    void imagesShareACountByTheirTokens() {
        assertThat(GridSplit.shares(10, new int[] {30, 10, 10})).containsExactly(6, 2, 2);
        assertThat(GridSplit.shares(5, new int[] {1, 1, 1, 1})).containsExactly(1, 1, 1, 1);
        assertThat(GridSplit.shares(2, new int[] {5, 5, 5})).containsExactly(1, 1, 0);
        assertThat(GridSplit.shares(1, new int[] {0, 3})).containsExactly(0, 1);
    }

    @Test
    void tokensAreCountedInEachImage() {
        List<int[]> tokens = GridSplit.tokens(List.of(GRID, new ImageGrid(2, 2, 14, 1)), new int[] {0, 41, 42, 45});

        assertThat(tokens.get(0)).containsExactly(0, 41);
        assertThat(tokens.get(1)).containsExactly(0, 3);
    }
}
