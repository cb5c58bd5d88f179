package io.github.glimpse.model;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.TokenRows;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.nn.TowerReadout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Turns the patches of pictures into the rows that a text sees. Safe for concurrent use. */
public interface VisionTower extends AutoCloseable {

    /**
     * Starts the way of some tokens of a picture: rows, positions and windows are those of the whole picture, attention is among what
     * is kept.
     *
     * @param kept rising numbers of the tokens, in raster order of the grid; at least one
     * @param cancellation asked between blocks
     * @return owns native memory in a scope of its own inside {@code scope}; the caller closes it
     */
    BlockPass pass(PixelPatches image, int[] kept, CancellationPoint cancellation, TensorScope scope);

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
        Map<TowerReadout, NDArray> found = new HashMap<>();
        BlockPass.Taker taker = (key, values) -> found.put(key, values.get(0));
        try (TensorScope step = scope.openChild();
                BlockPass pass = pass(image, every, cancellation, step)) {
            pass.runTo(abilities().featureBlock() + 1, wanted, scope, taker);
            NDArray rows = pass.textRows(scope);
            List<NDArray> additions = pass.additions(scope);
            Set<TowerReadout> rest = new HashSet<>(wanted);
            rest.removeAll(found.keySet());
            pass.runTo(lastFor(rest), rest, scope, taker);
            return new VisionFeatures(rows, additions, found);
        }
    }

    /** So many blocks have run when the rows that a text sees are there and all of this can have been read. */
    default int lastFor(Set<TowerReadout> wanted) {
        int last = abilities().featureBlock() + 1;
        for (TowerReadout key : wanted) {
            int blocks =
                    key.ofAttention() ? key.block() : key.block() - rowsAfter(0).block();
            last = Math.max(last, blocks);
        }
        return last;
    }

    /**
     * Checks that a layer can be tapped.
     *
     * @throws io.github.glimpse.ModelFilesException if the tower has no such layer
     */
    void checkTap(int layer);

    /** What it can tell of its attention. */
    TowerAbilities abilities();

    /** The hidden rows that there are after so many blocks, and not before. */
    TowerReadout rowsAfter(int blocks);

    /** Layers of the decoder that add rows of this tower to the image tokens, see {@link VisionFeatures#additions}. */
    default int additions() {
        return 0;
    }

    /** The row that stands for each row of a prompt that is no patch, {@code [1, hidden]}; null if the family has none. */
    default @Nullable NDArray newline() {
        return null;
    }

    /**
     * Checks that tokens of a unit can be dropped before this tower or inside of it.
     *
     * @throws UnsupportedContentException if its tokens are not those that the tower sees
     */
    default void checkInside(TokenUnit unit) {
        if (unit.kind() == TokenUnit.Kind.VIDEO || unit.kind() == TokenUnit.Kind.TILES) {
            throw new UnsupportedContentException(
                    "Nothing can be dropped before or inside the vision tower in a unit of the"
                            + " kind '" + unit.kind().label()
                            + "'; prune at 'vision' or 'layer k', or send the picture in a form that"
                            + " is one unit");
        }
    }

    /** Picks and mixes rows of this tower. */
    TokenRows rows();

    /** The windows inside which the tower attends, as token indices in raster order; one window if it has none. */
    default List<int[]> windows(ImageGrid grid) {
        return List.of(IntStream.range(0, grid.tokenCount()).toArray());
    }

    @Override
    void close();
}
