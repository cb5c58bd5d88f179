package io.github.glimpse.model;

import io.github.glimpse.image.ImageGrid;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of a prompt that take the place of one placeholder: units one behind the other, with rows between or behind them that are
 * no patches. Where positions have rows and columns, all units of a run count from its beginning.
 *
 * @param grids of its units, in order
 * @param times for each unit how far its time lies behind that of the run, in positions
 * @param newlines rising places, among the rows of the run, of those that are no patches: never scored, never dropped
 */
public record TokenRun(List<ImageGrid> grids, List<Long> times, List<Integer> newlines) {

    /** Copies the lists. */
    public TokenRun {
        grids = List.copyOf(grids);
        times = List.copyOf(times);
        newlines = List.copyOf(newlines);
        if (grids.size() != times.size()) {
            throw new IllegalArgumentException(grids.size() + " units need as many times, not " + times.size());
        }
    }

    /** One unit and nothing else. */
    public static TokenRun of(ImageGrid grid) {
        return new TokenRun(List.of(grid), List.of(0L), List.of());
    }

    /** The same with one more row behind, which is no patch. */
    public TokenRun withNewlineBehind() {
        List<Integer> places = new ArrayList<>(newlines);
        places.add(rows());
        return new TokenRun(grids, times, places);
    }

    /** Its rows, newlines included. */
    public int rows() {
        return newlines.size() + grids.stream().mapToInt(ImageGrid::tokenCount).sum();
    }
}
