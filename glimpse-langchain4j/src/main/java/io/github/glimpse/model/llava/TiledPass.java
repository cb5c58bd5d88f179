package io.github.glimpse.model.llava;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.CropWindow;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.TileGrid;
import io.github.glimpse.model.BlockPass;
import io.github.glimpse.nn.TokenRows;
import io.github.glimpse.nn.TowerReadout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The tiles of one unit on their way through the tower, each by itself. What is told of them is laid side by side: the part
 * that shows the picture, shrunk between neighbours where the unit has fewer tokens. Nothing is dropped on the way.
 */
final class TiledPass implements BlockPass {

    private final ImageGrid grid;
    private final TileGrid tiles;
    private final TokenRows rows;
    private final Graph graph;
    private final List<BlockPass> passes = new ArrayList<>();

    /**
     * Starts.
     *
     * @param graph holds {@code packed}
     * @param start starts the way of one tile
     */
    TiledPass(PixelPatches unit, TileGrid tiles, TokenRows rows, Graph graph, Function<PixelPatches, BlockPass> start) {
        this.grid = unit.plan().grid();
        this.tiles = tiles;
        this.rows = rows;
        this.graph = graph;
        try {
            for (int tile = 0; tile < tiles.count(); tile++) {
                passes.add(start.apply(unit.tile(tile)));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    @Override
    public int pictures() {
        return 1;
    }

    @Override
    public int blocks() {
        return passes.get(0).blocks();
    }

    @Override
    public int[] alive(int picture) {
        return IntStream.range(0, grid.tokenCount()).toArray();
    }

    @Override
    public int patches() {
        return grid.tokenCount();
    }

    @Override
    public void runTo(int blocks) {
        passes.forEach(pass -> pass.runTo(blocks));
    }

    @Override
    public TowerReadout rowsHere() {
        return passes.get(0).rowsHere();
    }

    @Override
    public List<NDArray> read(TowerReadout key, TensorScope owner) {
        try (TensorScope step = owner.openChild()) {
            List<NDArray> parts =
                    passes.stream().map(pass -> pass.read(key, step).get(0)).toList();
            return List.of(packed(parts, key.shape().tokenAxis(), step, owner));
        }
    }

    @Override
    public NDArray textRows(TensorScope owner) {
        try (TensorScope step = owner.openChild()) {
            return packed(passes.stream().map(pass -> pass.textRows(step)).toList(), 0, step, owner);
        }
    }

    @Override
    public void keep(int[][] kept) {
        throw new IllegalStateException("Nothing can be dropped while tiles are in the tower");
    }

    private NDArray packed(List<NDArray> parts, int axis, TensorScope step, TensorScope owner) {
        NDArray all = parts.size() == 1 ? parts.get(0) : rows.join(new NDList(parts), axis, step);
        CropWindow shown = tiles.shown();
        if (grid.rows() == shown.height() && grid.columns() == shown.width()) {
            int[] places = IntStream.range(0, grid.tokenCount())
                    .map(token -> tiles.patch(token / grid.columns(), token % grid.columns()))
                    .toArray();
            return rows.pick(all, places, axis, owner);
        }
        Shrink shrink = Shrink.of(tiles, grid);
        return graph.call("packed")
                .with(all)
                .with(axis)
                .with(step.longs(shrink.places(), Shrink.CORNERS, grid.tokenCount()))
                .with(step.floats(shrink.weights(), Shrink.CORNERS, grid.tokenCount()))
                .run(owner);
    }

    @Override
    public void close() {
        passes.forEach(BlockPass::close);
    }
}
