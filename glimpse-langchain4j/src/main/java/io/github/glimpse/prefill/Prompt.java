package io.github.glimpse.prefill;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.model.ImagePreprocessor;
import io.github.glimpse.model.Positions;
import io.github.glimpse.model.PromptLayout;
import java.util.List;

/**
 * A request made ready but for its pictures' contents.
 *
 * @param text prompt text with one placeholder per image
 * @param layout ids and positions
 * @param pictures picture files in prompt order
 * @param plans how they will be cut
 * @param wholePlans how they would be cut if a step at {@code pixels} did not make them smaller
 * @param preprocessors what cuts each of them
 */
public record Prompt(
        String text,
        PromptLayout layout,
        List<byte[]> pictures,
        List<PatchPlan> plans,
        List<PatchPlan> wholePlans,
        List<ImagePreprocessor> preprocessors) {

    /** Copies the lists. */
    public Prompt {
        pictures = List.copyOf(pictures);
        plans = List.copyOf(plans);
        wholePlans = List.copyOf(wholePlans);
        preprocessors = List.copyOf(preprocessors);
    }

    /** The same prompt at other positions. */
    Prompt at(Positions positions) {
        return new Prompt(text, layout.at(positions), pictures, plans, wholePlans, preprocessors);
    }

    /** Rows of the prompt. */
    public int tokens() {
        return layout.ids().length;
    }

    /** Image tokens before any step. */
    int wholeTokens() {
        return wholePlans.stream().mapToInt(plan -> plan.grid().tokenCount()).sum();
    }

    /** Grids of the images in prompt order. */
    public List<ImageGrid> grids() {
        return plans.stream().map(PatchPlan::grid).toList();
    }
}
