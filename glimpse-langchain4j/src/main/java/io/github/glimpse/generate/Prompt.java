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
record Prompt(String text, PromptLayout layout, List<PixelPatches> images) {

    int tokens() {
        return layout.ids().length;
    }

    List<ImageGrid> grids() {
        return images.stream().map(image -> image.plan().grid()).toList();
    }
}
