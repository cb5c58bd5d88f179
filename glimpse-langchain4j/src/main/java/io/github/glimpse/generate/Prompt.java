package io.github.glimpse.generate;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.PromptLayout;
import java.util.List;

/**
 * A request made ready: ids and patches.
 *
 * @param text prompt text with one placeholder per image
 * @param layout ids and positions
 * @param images patches in prompt order
 */
public record Prompt(String text, PromptLayout layout, List<PixelPatches> images) {

    /** Rows of the prompt. */
    public int tokens() {
        return layout.ids().length;
    }

    /** Grids of the images in prompt order. */
    public List<ImageGrid> grids() {
        return images.stream().map(image -> image.plan().grid()).toList();
    }
}
