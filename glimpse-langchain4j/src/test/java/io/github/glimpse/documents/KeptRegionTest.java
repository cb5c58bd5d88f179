package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.prune.PruningReport;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeptRegionTest {

    /** 8 x 6 tokens of 28 pixels, on a page at 2 pixels a point: a token has 14 points. */
    private static final PatchPlan PLAN = new PatchPlan(new ImageGrid(12, 16, 14, 2), 224, 168, 0, 0, 28, 28);

    private static final PageMapping MAPPING = new PageMapping(PageGeometry.upright(112, 84), 2);

    private static @Nullable PageBox region(int[] kept, float @Nullable [] scores) {
        return KeptRegion.of(
                new PruningReport("glimpse", null, List.of(new PruningReport.Image(PLAN, kept, scores))), 0, MAPPING);
    }

    private static float[] scores(int... likely) {
        float[] scores = new float[48];
        for (int token : likely) {
            scores[token] = 0.9f;
        }
        return scores;
    }

    @Test
    void theLineWithTheHighestScoresIsTakenNotTheLargest() {
        float[] scores = scores(26, 27);
        scores[0] = scores[1] = scores[2] = 0.6f;

        assertThat(region(new int[] {0, 1, 2, 26, 27}, scores)).isEqualTo(new PageBox(28, 42, 56, 56));
    }

    @Test
    void keyAndValueOfALineBelongTogether() {
        // key at columns 0 and 1, value at columns 5 and 6 of row 3; something else in row 0
        assertThat(region(new int[] {3, 24, 25, 29, 30}, scores(3, 24, 25, 29, 30)))
                .isEqualTo(new PageBox(0, 42, 98, 56));
    }

    @Test
    void aLineMayHaveTwoRowsOfTokens() {
        assertThat(region(new int[] {18, 19, 26, 27, 40}, scores(18, 19, 26, 27, 40)))
                .isEqualTo(new PageBox(28, 28, 56, 56));
    }

    @Test
    void withoutScoresTheRowWithMostTokensIsTaken() {
        assertThat(region(new int[] {0, 34, 35, 36}, null)).isEqualTo(new PageBox(28, 56, 70, 70));
    }

    @Test
    void aReportInWhichNothingWasDroppedTellsNoPlace() {
        int[] all = new int[48];
        for (int token = 0; token < all.length; token++) {
            all[token] = token;
        }

        assertThat(region(all, null)).isNull();
        assertThat(region(new int[0], null)).isNull();
    }
}
