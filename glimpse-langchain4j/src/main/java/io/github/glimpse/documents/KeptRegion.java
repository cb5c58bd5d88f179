package io.github.glimpse.documents;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.prune.PruningReport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a question was looked for on a page: of the tokens that pruning has kept, the connected region with the highest sum of scores,
 * and those in the same lines that have at least a third of it. That costs nothing: the scores are in the answer's report.
 */
final class KeptRegion {

    private static final double SHARE = 1.0 / 3;

    private record Region(double weight, int top, int bottom, List<Integer> tokens) {}

    private KeptRegion() {}

    /**
     * The region's box.
     *
     * @param picture number of the page among the pictures of the prompt, from 0
     * @return null if nothing was dropped, or nothing kept: then the report says nothing of the place
     */
    static @Nullable PageBox of(PruningReport report, int picture, PageMapping mapping) {
        PageBox box = null;
        double most = 0;
        for (PruningReport.Image unit : report.images()) {
            if (unit.unit().index() != picture
                    || unit.kept().length == 0
                    || unit.kept().length == unit.plan().grid().tokenCount()) {
                continue;
            }
            List<Region> regions = regions(unit);
            Region best = regions.stream()
                    .max(Comparator.comparingDouble(Region::weight))
                    .orElseThrow();
            if (best.weight() > most) {
                most = best.weight();
                box = box(regions, best, unit.plan(), mapping);
            }
        }
        return box;
    }

    private static PageBox box(List<Region> regions, Region best, PatchPlan plan, PageMapping mapping) {
        PageBox box = mapping.ofToken(best.tokens().get(0), plan);
        for (Region region : regions) {
            boolean sameLines = region.top() <= best.bottom() && region.bottom() >= best.top();
            if (region.equals(best) || (sameLines && region.weight() >= SHARE * best.weight())) {
                for (int token : region.tokens()) {
                    box = box.union(mapping.ofToken(token, plan));
                }
            }
        }
        return box;
    }

    private static List<Region> regions(PruningReport.Image unit) {
        ImageGrid grid = unit.plan().grid();
        boolean[] open = new boolean[grid.tokenCount()];
        Arrays.stream(unit.kept()).forEach(token -> open[token] = true);
        List<Region> regions = new ArrayList<>();
        for (int token : unit.kept()) {
            if (open[token]) {
                regions.add(region(token, open, unit, grid));
            }
        }
        return regions;
    }

    private static Region region(int start, boolean[] open, PruningReport.Image unit, ImageGrid grid) {
        float[] scores = unit.probabilities();
        List<Integer> tokens = new ArrayList<>();
        Deque<Integer> next = new ArrayDeque<>(List.of(start));
        open[start] = false;
        double weight = 0;
        int top = Integer.MAX_VALUE;
        int bottom = 0;
        while (!next.isEmpty()) {
            int token = next.pop();
            tokens.add(token);
            weight += scores == null ? 1 : scores[token];
            int row = token / grid.columns();
            int column = token % grid.columns();
            top = Math.min(top, row);
            bottom = Math.max(bottom, row);
            for (int[] step : new int[][] {{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
                int otherRow = row + step[0];
                int otherColumn = column + step[1];
                int other = otherRow * grid.columns() + otherColumn;
                if (otherRow >= 0
                        && otherRow < grid.rows()
                        && otherColumn >= 0
                        && otherColumn < grid.columns()
                        && open[other]) {
                    open[other] = false;
                    next.push(other);
                }
            }
        }
        return new Region(weight, top, bottom, tokens);
    }
}
