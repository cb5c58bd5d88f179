package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How tokens are divided among earlier pictures, the latest first. */
class ImageBudgetTest {

    @Test
    void equalPicturesHaveThePartsOneHalfAThird() {
        assertThat(ImageBudget.shares(1100, 1000, 1000, 1000)).containsExactly(600, 300, 200);
    }

    @Test
    void whatOneDoesNotNeedTheOthersHave() {
        assertThat(ImageBudget.shares(1100, 100, 1000, 1000)).containsExactly(100, 600, 400);
        assertThat(ImageBudget.shares(5000, 1000, 1000)).containsExactly(1000, 1000);
    }

    @Test
    void picturesThatWouldShowNothingAreNotShown() {
        assertThat(ImageBudget.shares(60, 500, 500, 500)).containsExactly(40, 20);
        assertThat(ImageBudget.shares(15, 500)).isEmpty();
        assertThat(ImageBudget.shares(-3, 500)).isEmpty();
        assertThat(ImageBudget.shares(8, 4, 500)).containsExactly(4);
    }

    @Test
    void theBudgetIsKeptAndNoEarlierPictureHasMoreThanALaterOneOfItsSize() {
        Random random = new Random(19);
        for (int round = 0; round < 2000; round++) {
            int[] wanted = IntStream.range(0, random.nextInt(30))
                    .map(picture -> random.nextInt(3) * 700 + 1)
                    .toArray();
            int left = random.nextInt(6000);

            int[] shares = ImageBudget.shares(left, wanted);

            assertThat(Arrays.stream(shares).sum()).isLessThanOrEqualTo(left);
            for (int age = 0; age < shares.length; age++) {
                assertThat(shares[age]).isLessThanOrEqualTo(wanted[age]);
                for (int later = 0; later < age; later++) {
                    if (wanted[later] == wanted[age]) {
                        assertThat(shares[age]).isLessThanOrEqualTo(shares[later]);
                    }
                }
            }
        }
    }
}
