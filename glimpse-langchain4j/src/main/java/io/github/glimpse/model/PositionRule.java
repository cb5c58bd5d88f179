package io.github.glimpse.model;

import io.github.glimpse.image.ImageGrid;
import java.util.List;

/** How a family numbers the rows of a prompt. */
@FunctionalInterface
public interface PositionRule {

    /**
     * Numbers the rows.
     *
     * @param tokens rows of the prompt
     * @param spans where the images lie, in order
     * @param grids their grids
     */
    Positions of(int tokens, List<ImageSpan> spans, List<ImageGrid> grids);
}
