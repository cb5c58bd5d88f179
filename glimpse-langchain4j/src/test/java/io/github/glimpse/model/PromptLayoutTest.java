package io.github.glimpse.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.image.ImageGrid;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptLayoutTest {

    private static final PositionRule CONSECUTIVE = (tokens, spans, grids) -> Positions.consecutive(tokens);

    @Test
    void repeatsEachPlaceholderOncePerImageToken() {
        PromptLayout layout = PromptLayout.of(
                new int[] {1, 9, 2, 9, 3},
                9,
                List.of(new ImageGrid(4, 2, 14, 2), new ImageGrid(2, 2, 14, 1)),
                CONSECUTIVE);
        assertThat(layout.ids()).containsExactly(1, 9, 9, 2, 9, 9, 9, 9, 3);
        assertThat(layout.spans()).containsExactly(new ImageSpan(1, 2), new ImageSpan(4, 4));
        assertThat(layout.imageRows()).containsExactly(1, 2, 4, 5, 6, 7);
    }

    @Test
    void refusesAnotherNumberOfPlaceholdersThanImages() {
        assertThatThrownBy(
                        () -> PromptLayout.of(new int[] {1, 9, 9}, 9, List.of(new ImageGrid(2, 2, 14, 1)), CONSECUTIVE))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("2 image placeholders for 1 images");
        assertThatThrownBy(() -> PromptLayout.of(new int[] {1}, 9, List.of(new ImageGrid(2, 2, 14, 1)), CONSECUTIVE))
                .hasMessageContaining("0 image placeholders for 1 images");
    }
}
