package io.github.glimpse.model;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.image.TokenUnit.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a picture or a video becomes rows of a prompt.
 *
 * @param units its units in the order of their rows
 * @param runs the same rows, as they lie behind one another: one entry for each placeholder in {@code text}
 * @param text what stands in the prompt in the place of {@link MediaPlaceholder#written()}; null where it stays, for one run
 */
public record MediaPlan(
        List<TokenUnit> units,
        List<TokenRun> runs,
        @Nullable String text) {

    /** Copies the lists. */
    public MediaPlan {
        units = List.copyOf(units);
        runs = List.copyOf(runs);
        List<ImageGrid> inRuns =
                runs.stream().flatMap(run -> run.grids().stream()).toList();
        if (!inRuns.equals(units.stream().map(TokenUnit::grid).toList())) {
            throw new IllegalArgumentException("The runs hold " + inRuns + ", the units are " + units);
        }
    }

    /** A picture that is one unit. */
    public static MediaPlan of(PatchPlan plan) {
        return new MediaPlan(List.of(TokenUnit.of(Kind.IMAGE, plan)), List.of(TokenRun.of(plan.grid())), null);
    }

    /** Its image tokens, rows that are no patches not counted. */
    public int tokens() {
        return units.stream().mapToInt(unit -> unit.grid().tokenCount()).sum();
    }

    /** Its rows in a prompt, text apart. */
    public int rows() {
        return runs.stream().mapToInt(TokenRun::rows).sum();
    }

    /** Whether it is one picture in one unit, every row of it a patch. */
    public boolean isPlainPicture() {
        return units.size() == 1 && units.get(0).kind() == Kind.IMAGE && rows() == tokens();
    }
}
