package io.github.glimpse.model.qwen25vl;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.model.ImageSpan;
import io.github.glimpse.model.PositionRule;
import io.github.glimpse.model.Positions;
import java.util.List;

/**
 * M-RoPE positions: text advances time, height and width together; the tokens of a still image share a time and have their
 * row and column; the text behind starts above the largest id so far.
 *
 * @see <a href="https://arxiv.org/abs/2409.12191">Qwen2-VL, section 2.1</a>
 */
final class MultimodalPositions implements PositionRule {

    @Override
    public Positions of(int tokens, List<ImageSpan> spans, List<ImageGrid> grids) {
        long[][] rows = new long[3][tokens];
        long next = 0;
        int token = 0;
        for (int image = 0; image <= spans.size(); image++) {
            int textEnd = image < spans.size() ? spans.get(image).start() : tokens;
            for (; token < textEnd; token++) {
                for (long[] row : rows) {
                    row[token] = next;
                }
                next++;
            }
            if (image < spans.size()) {
                ImageGrid grid = grids.get(image);
                for (int i = 0; i < spans.get(image).count(); i++, token++) {
                    rows[0][token] = next;
                    rows[1][token] = next + i / grid.columns();
                    rows[2][token] = next + i % grid.columns();
                }
                next += Math.max(grid.rows(), grid.columns());
            }
        }
        return new Positions(rows, next);
    }
}
