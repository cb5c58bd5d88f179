package io.github.glimpse.model;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.nn.CancellationPoint;
import java.util.List;
import java.util.Set;

/** Turns the patches of one picture into rows of the language decoder's input. Safe for concurrent use. */
public interface VisionTower extends AutoCloseable {

    /**
     * Encodes one picture.
     *
     * @param taps layers whose rows are wanted besides, as {@link #checkTap} counts them
     * @param cancellation asked between blocks
     * @param scope owns the result
     */
    VisionFeatures encode(PixelPatches image, Set<Integer> taps, CancellationPoint cancellation, TensorScope scope);

    /**
     * Checks that a layer can be tapped.
     *
     * @throws io.github.glimpse.ModelFilesException if the tower has no such layer
     */
    void checkTap(int layer);

    /** The windows inside which the tower attends, as token indices in raster order; one window if it has none. */
    List<int[]> windows(ImageGrid grid);

    @Override
    void close();
}
