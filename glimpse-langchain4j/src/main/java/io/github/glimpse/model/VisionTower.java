package io.github.glimpse.model;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.nn.TowerReadout;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Turns the patches of one picture into rows of the language decoder's input. Safe for concurrent use. */
public interface VisionTower extends AutoCloseable {

    /**
     * Encodes some tokens of a picture: rows, positions and windows are those of the whole picture, attention is among what is
     * kept.
     *
     * @param kept rising numbers of the tokens, in raster order of the grid; at least one
     * @param wanted what is to be read besides; values have one entry per kept token
     * @param stops places at which tokens are dropped on the way, rising; what is to be read in the end is of those that are left
     * @param cancellation asked between blocks
     * @param scope owns the result
     */
    VisionFeatures encode(
            PixelPatches image,
            int[] kept,
            Set<TowerReadout> wanted,
            List<TowerStop> stops,
            CancellationPoint cancellation,
            TensorScope scope);

    /**
     * Encodes one picture.
     *
     * @param wanted what is to be read besides
     * @param cancellation asked between blocks
     * @param scope owns the result
     */
    default VisionFeatures encode(
            PixelPatches image, Set<TowerReadout> wanted, CancellationPoint cancellation, TensorScope scope) {
        int[] every = IntStream.range(0, image.plan().grid().tokenCount()).toArray();
        return encode(image, every, wanted, List.of(), cancellation, scope);
    }

    /**
     * Checks that a layer can be tapped.
     *
     * @throws io.github.glimpse.ModelFilesException if the tower has no such layer
     */
    void checkTap(int layer);

    /** What it can tell of its attention. */
    TowerAbilities abilities();

    /**
     * The hidden rows that there are after so many blocks, and not before.
     *
     * @param blocks at least 1
     */
    TowerReadout rowsAfter(int blocks);

    /** The windows inside which the tower attends, as token indices in raster order; one window if it has none. */
    List<int[]> windows(ImageGrid grid);

    @Override
    void close();
}
