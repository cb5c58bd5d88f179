package io.github.glimpse.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PatchPlanTest {

    private static final ImageGrid GRID = new ImageGrid(4, 6, 14, 2);

    private static PatchPlan plan(double left, double top) {
        return new PatchPlan(GRID, 84, 56, left, top, 10, 5.5);
    }

    @Test
    void countsTokensOfMergedPatches() {
        assertThat(GRID.rows()).isEqualTo(2);
        assertThat(GRID.columns()).isEqualTo(3);
        assertThat(GRID.tokenCount()).isEqualTo(6);
        assertThat(GRID.patchCount()).isEqualTo(24);
    }

    @Test
    void refusesGridsThatCannotBeMerged() {
        assertThatThrownBy(() -> new ImageGrid(3, 6, 14, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ImageGrid(0, 6, 14, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAPictureThatTheGridDoesNotCover() {
        assertThatThrownBy(() -> new PatchPlan(GRID, 84, 70, 0, 0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PatchPlan(GRID, 84, 56, 0, 0, Double.NaN, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void leavesOutARestThatIsLessThanAPatch() {
        PatchPlan plan = new PatchPlan(GRID, 97, 69, 0, 0, 10, 5.5);
        assertThat(plan.columnOver(29)).isEqualTo(2);
        assertThat(plan.columnOver(30)).isEqualTo(-1);
        assertThatThrownBy(() -> new PatchPlan(GRID, 98, 69, 0, 0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PatchPlan(GRID, 83, 69, 0, 0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tellsWhereATokenLies() {
        assertThat(plan(0, 0).area(1, 2)).isEqualTo(new PixelArea(20, 5.5, 10, 5.5));
        assertThat(plan(0, 0).area(5)).isEqualTo(plan(0, 0).area(1, 2));
        assertThat(plan(-4, 2).area(0, 0)).isEqualTo(new PixelArea(-4, 2, 10, 5.5));
        assertThatThrownBy(() -> plan(0, 0).area(6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> plan(0, 0).area(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void clipsTokensThatReachIntoPadding() {
        ImageSize picture = new ImageSize(25, 8);
        assertThat(plan(-4, 0).area(0, 0).clippedTo(picture)).isEqualTo(new PixelArea(0, 0, 6, 5.5));
        assertThat(plan(0, 0).area(1, 2).clippedTo(picture)).isEqualTo(new PixelArea(20, 5.5, 5, 2.5));
        assertThat(plan(30, 0).area(0, 0).clippedTo(picture).isEmpty()).isTrue();
        assertThat(plan(-40, 0).area(0, 0).clippedTo(picture).isEmpty()).isTrue();
    }

    @Test
    void findsTheTokenOverAPixelByItsMiddle() {
        PatchPlan plan = plan(-4.5, 1);
        assertThat(plan.columnOver(4)).isZero();
        assertThat(plan.columnOver(5)).isEqualTo(1);
        assertThat(plan.columnOver(24)).isEqualTo(2);
        assertThat(plan.columnOver(25)).isEqualTo(-1);
        assertThat(plan.rowOver(0)).isEqualTo(-1);
        assertThat(plan.rowOver(1)).isZero();
        assertThat(plan.rowOver(6)).isEqualTo(1);
    }
}
