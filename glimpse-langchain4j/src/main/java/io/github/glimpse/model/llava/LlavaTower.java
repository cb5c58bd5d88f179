package io.github.glimpse.model.llava;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightNames;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.TileGrid;
import io.github.glimpse.model.BlockPass;
import io.github.glimpse.model.VisionTower;
import io.github.glimpse.model.clip.ClipTower;
import io.github.glimpse.model.clip.TowerPass;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.nn.TokenRows;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.nn.TowerReadout;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * CLIP's or SigLIP's tower and the two-layer projector. Taps are counted by hidden state. A unit of tiles is seen tile by tile.
 *
 * @see <a href="https://arxiv.org/abs/2310.03744">LLaVA-1.5, section 3</a>
 */
final class LlavaTower implements VisionTower {

    private static final WeightNames PROJECTOR =
            WeightNames.of("LlavaProjector").withBias("linear_1", "linear_2");

    private final ClipTower clip;
    private final int featureState;
    private final Graph graph;
    private final TensorList projector;
    private final @Nullable NDArray newline;

    /**
     * Loads tower and projector.
     *
     * @param top path above both
     * @param hasNewline whether there is a newline row
     * @param owner owns that
     */
    LlavaTower(
            TorchRuntime runtime,
            Weights weights,
            LlavaConfig config,
            String top,
            boolean hasNewline,
            TensorScope owner) {
        // A tower saved on its own by newer releases has no "vision_model".
        String tower = top + "vision_tower";
        boolean nested = weights.has(tower + ".vision_model.embeddings.patch_embedding.weight");
        this.clip = new ClipTower(runtime, weights, nested ? tower + ".vision_model" : tower, config.vision());
        this.featureState = config.featureState();
        this.graph = Graph.named("llava projector")
                .with(DecoderStack.class, "linear")
                .with(LlavaTower.class, "projector", PROJECTOR)
                .compile(runtime);
        int hidden = config.decoder().dimensions().hidden();
        WeightPath path = weights.at(top + "multi_modal_projector");
        this.projector = weights.list(PROJECTOR
                .fill()
                .with(
                        "linear_1",
                        path.at("linear_1").linear(hidden, config.vision().hidden()))
                .with("linear_2", path.at("linear_2").linear(hidden, hidden))
                .tensors());
        this.newline = !hasNewline
                ? null
                : graph.call("as_row")
                        .with(weights.plain(top + "image_newline", hidden))
                        .run(owner);
    }

    @Override
    public @Nullable NDArray newline() {
        return newline;
    }

    @Override
    public BlockPass pass(PixelPatches image, int[] kept, CancellationPoint cancellation, TensorScope scope) {
        TileGrid tiles = image.tiles();
        return tiles == null
                ? clip.pass(image, kept, this::project, cancellation, scope)
                : new TiledPass(image, tiles, rows(), graph, tile -> pass(tile, cancellation, scope));
    }

    private BlockPass pass(PixelPatches tile, CancellationPoint cancellation, TensorScope scope) {
        int[] every = IntStream.range(0, tile.plan().grid().tokenCount()).toArray();
        return clip.pass(tile, every, this::project, cancellation, scope);
    }

    private NDArray project(TowerPass pass, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            return graph.call("project")
                    .with(pass.narrowPatchRows(step))
                    .with(RowPadding.rowsAtOnce(pass.patches()))
                    .with(projector)
                    .run(scope);
        }
    }

    @Override
    public TokenRows rows() {
        return clip.rows();
    }

    @Override
    public TowerReadout rowsAfter(int blocks) {
        return clip.rowsAfter(blocks);
    }

    @Override
    public void checkTap(int layer) {
        clip.checkTap(layer);
    }

    @Override
    public TowerAbilities abilities() {
        return new TowerAbilities(
                clip.abilities().hasCls(),
                clip.depth(),
                clip.abilities().fullAttentionBlocks(),
                featureState - 1,
                true);
    }

    @Override
    public void close() {
        projector.close();
        graph.close();
        clip.close();
    }
}
