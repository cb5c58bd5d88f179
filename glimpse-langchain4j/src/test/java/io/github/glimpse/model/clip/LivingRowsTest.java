package io.github.glimpse.model.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LivingRowsTest {

    private static final int[][] KEPT = {{0, 2}, {1, 3}};

    @Test
    void theClassRowComesFirstAndTheFusedRowLast() {
        LivingRows rows = LivingRows.of(2, new int[] {3, 5, 6, 9}, 1);
        rows.addFused();

        assertThat(rows.each()).isEqualTo(6);
        assertThat(rows.ofClass()).containsExactly(0, 6);
        assertThat(rows.ofPatches()).containsExactly(1, 2, 3, 4, 7, 8, 9, 10);
        assertThat(rows.staying(KEPT)).containsExactly(0, 1, 3, 5, 6, 8, 10, 11);
        assertThat(rows.leaving(KEPT)).containsExactly(2, 4, 7, 9);
        assertThat(rows.rows(1)).containsExactly(6, 7, 8, 9, 10, 11);
    }

    @Test
    void withoutAClassRowPatchesAreAllThereIs() {
        LivingRows rows = LivingRows.of(2, new int[] {0, 1, 2, 3}, 0);

        assertThat(rows.ofClass()).containsExactly(0, 4);
        assertThat(rows.staying(KEPT)).containsExactly(0, 2, 5, 7);
        assertThat(rows.leaving(KEPT)).containsExactly(1, 3, 4, 6);
    }

    @Test
    void thePatchesOfATokenStayAndLeaveTogether() {
        LivingRows rows = LivingRows.of(2, new int[] {0, 1, 2, 3}, 0, 2);

        assertThat(rows.patches()).isEqualTo(8);
        assertThat(rows.staying(KEPT)).containsExactly(0, 1, 4, 5, 10, 11, 14, 15);
        assertThat(rows.leaving(KEPT)).containsExactly(2, 3, 6, 7, 8, 9, 12, 13);
        rows.keep(KEPT);
        assertThat(rows.tokens()).isEqualTo(2);
        assertThat(rows.ofPatches(1)).containsExactly(4, 5, 6, 7);
    }

    @Test
    void aCutIsMadeInThePlacesOfThePicture() {
        LivingRows rows = LivingRows.of(2, new int[] {3, 5, 6, 9}, 1);
        LivingRows second = rows.of(new int[] {1});
        rows.keep(KEPT);
        rows.keep(new int[][] {{1}, {0}});

        assertThat(rows.alive(0)).containsExactly(6);
        assertThat(rows.alive(1)).containsExactly(5);
        assertThat(rows.each()).isEqualTo(2);
        assertThat(second.alive(0)).as("a part goes on by itself").containsExactly(3, 5, 6, 9);
    }

    @Test
    void allPicturesKeepAsMany() {
        LivingRows rows = LivingRows.of(2, new int[] {0, 1, 2}, 0);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> rows.staying(new int[][] {{0}, {1, 2}}))
                .withMessage("Picture 0 keeps 1 patches, picture 1 keeps 2; all must keep as many");
    }

    @Test
    void picturesOfManyRowsRunOneByOne() {
        int[] many = IntStream.range(0, 255).toArray();

        assertThat(LivingRows.of(2, many, 0).runs()).containsExactly(0, 2, 255);
        assertThat(LivingRows.of(2, many, 1).runs()).containsExactly(0, 1, 256, 256, 1, 256);
    }
}
