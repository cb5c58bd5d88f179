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
