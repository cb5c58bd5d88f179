package io.github.glimpse.generate;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.model.PromptLayout;
import java.util.List;

/**
 * A request made ready but for its pictures' contents.
 *
 * @param text prompt text with one placeholder per image
 * @param layout ids and positions
 * @param pictures picture files in prompt order
 * @param plans how they will be cut
 */
public record Prompt(String text, PromptLayout layout, List<byte[]> pictures, List<PatchPlan> plans) {

    /** Rows of the prompt. */
    public int tokens() {
        return layout.ids().length;
    }

    /** Grids of the images in prompt order. */
    public List<ImageGrid> grids() {
        return plans.stream().map(PatchPlan::grid).toList();
    }
}
