package io.github.glimpse.prefill;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.model.ImageSpan;
import io.github.glimpse.model.PromptLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The rows of a prompt in which each picture is shown small, or in parts, or both, the small picture first. All stand at
 * positions of the prompt with the whole pictures: text where it would stand there, a cell of the picture at its own, a cell
 * of the small picture at that of the cell over its centre.
 *
 * @param origins for each row the row of the whole prompt whose id and positions it has
 * @param smallCells for each row its cell in the small picture, -1 for text and cells of the picture itself
 * @param blocks where pictures lie, in the order of the rows
 */
public record ScaledRows(int[] origins, int[] smallCells, List<Block> blocks) {

    /**
     * Neighbouring rows of one picture.
     *
     * @param image number of the picture
     * @param small whether they show the small copy
     * @param start first row
     * @param count rows, at least 1
     */
    record Block(int image, boolean small, int start, int count) {}

    public ScaledRows {
        blocks = List.copyOf(blocks);
    }

    /** The prompt with the small pictures alone; those that have no smaller copy are shown as they are. */
    static ScaledRows coarse(PromptLayout whole, List<GridPair> grids) {
        List<int[]> nothing = grids.stream()
                .map(pair -> pair.isSmaller() ? new int[0] : every(pair.whole()))
                .toList();
        return of(whole, grids, nothing);
    }

    /**
     * The prompt with the small pictures and the chosen cells of each picture. Of what is shown as a whole there is no small
     * copy.
     *
     * @param kept rising cells by picture
     */
    static ScaledRows of(PromptLayout whole, List<GridPair> grids, List<int[]> kept) {
        Builder rows = new Builder();
        int row = 0;
        for (int image = 0; image < grids.size(); image++) {
            ImageSpan span = whole.spans().get(image);
            rows.addText(row, span.start());
            rows.addPicture(image, span, grids.get(image), kept.get(image));
            row = span.start() + span.count();
        }
        rows.addText(row, whole.ids().length);
        return new ScaledRows(
                rows.origins.build().toArray(), rows.smallCells.build().toArray(), rows.blocks);
    }

    /** Collects rows. */
    private static final class Builder {

        private final IntStream.Builder origins = IntStream.builder();
        private final IntStream.Builder smallCells = IntStream.builder();
        private final List<Block> blocks = new ArrayList<>();
        private int count;

        private void add(int origin, int smallCell) {
            origins.add(origin);
            smallCells.add(smallCell);
            count++;
        }

        void addText(int from, int to) {
            for (int row = from; row < to; row++) {
                add(row, -1);
            }
        }

        void addPicture(int image, ImageSpan span, GridPair pair, int[] cells) {
            int small = cells.length == span.count() ? 0 : pair.small().tokenCount();
            addBlock(new Block(image, true, count, small));
            for (int cell = 0; cell < small; cell++) {
                add(span.start() + pair.centreOf(cell), cell);
            }
            addBlock(new Block(image, false, count, cells.length));
            for (int cell : cells) {
                add(span.start() + cell, -1);
            }
        }

        private void addBlock(Block block) {
            if (block.count() > 0) {
                blocks.add(block);
            }
        }
    }

    private static int[] every(ImageGrid grid) {
        return IntStream.range(0, grid.tokenCount()).toArray();
    }

    int count() {
        return origins.length;
    }

    /** Rows that two prompts have in common at their beginning. */
    int commonWith(ScaledRows other) {
        int most = Math.min(count(), other.count());
        int row = 0;
        while (row < most && origins[row] == other.origins[row] && smallCells[row] == other.smallCells[row]) {
            row++;
        }
        return row;
    }
}
