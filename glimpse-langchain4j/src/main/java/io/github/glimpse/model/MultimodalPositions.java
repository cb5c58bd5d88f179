package io.github.glimpse.model;

import io.github.glimpse.image.ImageGrid;
import java.util.Arrays;
import java.util.List;

/** See {@link PositionRule#multimodal()}. Rows that are no patches are not known to it: no family has both. */
final class MultimodalPositions implements PositionRule {

    @Override
    public Positions of(int tokens, List<ImageSpan> spans, List<TokenRun> runs) {
        long[][] rows = new long[3][tokens];
        long next = 0;
        int token = 0;
        for (int run = 0; run <= runs.size(); run++) {
            int textEnd = run < runs.size() ? spans.get(run).start() : tokens;
            for (; token < textEnd; token++) {
                for (long[] row : rows) {
                    row[token] = next;
                }
                next++;
            }
            if (run < runs.size()) {
                int begin = token;
                token = placeUnits(runs.get(run), next, token, rows);
                for (long[] row : rows) {
                    next = Math.max(
                            next, 1 + Arrays.stream(row, begin, token).max().orElse(0));
                }
            }
        }
        return new Positions(rows, next);
    }

    private static int placeUnits(TokenRun run, long first, int begin, long[][] rows) {
        int token = begin;
        for (int unit = 0; unit < run.grids().size(); unit++) {
            ImageGrid grid = run.grids().get(unit);
            for (int i = 0; i < grid.tokenCount(); i++, token++) {
                rows[0][token] = first + run.times().get(unit);
                rows[1][token] = first + i / grid.columns();
                rows[2][token] = first + i % grid.columns();
            }
        }
        return token;
    }
}
