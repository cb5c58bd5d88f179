package io.github.glimpse.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.image.ImageGrid;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromptLayoutTest {

    private static final PositionRule CONSECUTIVE = PositionRule.consecutive();
    private static final ImageGrid FOUR = new ImageGrid(2, 2, 14, 1);

    @Test
    void repeatsEachPlaceholderOncePerImageToken() {
        PromptLayout layout = PromptLayout.of(
                new int[] {1, 9, 2, 9, 3},
                Set.of(9),
                List.of(TokenRun.of(new ImageGrid(4, 2, 14, 2)), TokenRun.of(FOUR)),
                CONSECUTIVE);
        assertThat(layout.ids()).containsExactly(1, 9, 9, 2, 9, 9, 9, 9, 3);
        assertThat(layout.spans()).containsExactly(new ImageSpan(1, 2), new ImageSpan(4, 4));
        assertThat(layout.imageRows()).containsExactly(1, 2, 4, 5, 6, 7);
        assertThat(layout.newlineRows()).isEmpty();
    }

    @Test
    void rowsThatAreNoPatchesAreInTheSpanAndNoImageRows() {
        // A base of 2 x 2, then tiles of 2 x 2 with a newline after each row; then a video's token.
        TokenRun tiles = new TokenRun(List.of(FOUR, FOUR), List.of(0L, 0L), List.of(6, 9));

        PromptLayout layout =
                PromptLayout.of(new int[] {1, 9, 2, 8}, Set.of(9, 8), List.of(tiles, TokenRun.of(FOUR)), CONSECUTIVE);

        assertThat(layout.ids()).containsExactly(1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 2, 8, 8, 8, 8);
        assertThat(layout.spans()).containsExactly(new ImageSpan(1, 10), new ImageSpan(12, 4));
        assertThat(layout.newlineRows()).containsExactly(7, 10);
        assertThat(layout.imageRows()).containsExactly(1, 2, 3, 4, 5, 6, 8, 9, 12, 13, 14, 15);
    }

    @Test
    void refusesAnotherNumberOfPlaceholdersThanImages() {
        List<TokenRun> one = List.of(TokenRun.of(FOUR));
        assertThatThrownBy(() -> PromptLayout.of(new int[] {1, 9, 9}, Set.of(9), one, CONSECUTIVE))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("2 placeholders for 1 images and videos");
        assertThatThrownBy(() -> PromptLayout.of(new int[] {1}, Set.of(9), one, CONSECUTIVE))
                .hasMessageContaining("0 placeholders for 1 images and videos");
    }
}
