package io.github.glimpse.prefill;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.model.MediaPlan;
import io.github.glimpse.model.Positions;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.template.ConversationChanges;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A request made ready but for its pictures' contents.
 *
 * @param text prompt text with one placeholder per picture or video
 * @param layout ids and positions
 * @param media pictures and videos in prompt order
 * @param changes of the conversation for its chat template
 */
public record Prompt(String text, PromptLayout layout, List<PromptMedium> media, ConversationChanges changes) {

    /** Copies the list. */
    public Prompt {
        media = List.copyOf(media);
    }

    /** The same prompt at other positions. */
    Prompt at(Positions positions) {
        return new Prompt(text, layout.at(positions), media, changes);
    }

    /** Rows of the prompt. */
    public int tokens() {
        return layout.ids().length;
    }

    /** Image tokens before any step. */
    int wholeTokens() {
        return media.stream().mapToInt(medium -> medium.wholePlan().tokens()).sum();
    }

    /** Units of all pictures and videos in prompt order, which know the number of their picture or video. */
    public List<TokenUnit> units() {
        return units(PromptMedium::plan);
    }

    /** The same as they would be if no step at {@code pixels} made pictures smaller. */
    public List<TokenUnit> wholeUnits() {
        return units(PromptMedium::wholePlan);
    }

    private List<TokenUnit> units(Function<PromptMedium, MediaPlan> planOf) {
        List<TokenUnit> units = new ArrayList<>();
        int pictures = 0;
        int videos = 0;
        for (PromptMedium medium : media) {
            int index = medium.times() == null ? pictures++ : videos++;
            planOf.apply(medium).units().forEach(unit -> units.add(unit.at(index)));
        }
        return units;
    }

    /** How each unit is cut. */
    public List<PatchPlan> plans() {
        return units().stream().map(TokenUnit::plan).toList();
    }

    /** Grids of the units in prompt order. */
    public List<ImageGrid> grids() {
        return units().stream().map(TokenUnit::grid).toList();
    }
}
