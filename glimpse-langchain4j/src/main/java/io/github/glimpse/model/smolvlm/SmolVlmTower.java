package io.github.glimpse.model.smolvlm;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.image.PixelPatches;
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

/**
 * SigLIP's tower and the connector: the patches of a token side by side, then one matrix. Taps are counted by hidden state.
 *
 * @see <a href="https://arxiv.org/abs/2408.12637">Idefics3, section 3</a>
 */
final class SmolVlmTower implements VisionTower {

    private final ClipTower siglip;
    private final Graph graph;
    private final NDArray projection;
    private final NDArray noBias;
    private final int group;

    /**
     * Loads tower and connector.
     *
     * @param top path above both
     */
    SmolVlmTower(TorchRuntime runtime, Weights weights, String top, SmolVlmConfig config) {
        this.group = config.merge() * config.merge();
        this.siglip = new ClipTower(runtime, weights, top + "vision_model", config.vision(), config.merge());
        this.graph = Graph.named("smolvlm connector")
                .with(DecoderStack.class, "linear")
                .with(SmolVlmTower.class, "connector")
                .compile(runtime);
        this.projection = weights.at(top + "connector.modality_projection.proj")
                .matrix(
                        config.decoder().dimensions().hidden(),
                        (long) group * config.vision().hidden());
        this.noBias = weights.biasOrEmpty("", 0);
    }

    @Override
    public BlockPass pass(PixelPatches image, int[] kept, CancellationPoint cancellation, TensorScope scope) {
        return siglip.pass(image, kept, this::connect, cancellation, scope);
    }

    private NDArray connect(TowerPass pass, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            return graph.call("connect")
                    .with(pass.normedPatchRows(step))
                    .with(group)
                    .with(RowPadding.rowsAtOnce(pass.patches()))
                    .with(projection)
                    .with(noBias)
                    .run(scope);
        }
    }

    @Override
    public TokenRows rows() {
        return siglip.rows();
    }

    @Override
    public TowerReadout rowsAfter(int blocks) {
        return siglip.rowsAfter(blocks);
    }

    @Override
    public void checkTap(int layer) {
        siglip.checkTap(layer);
    }

    @Override
    public TowerAbilities abilities() {
        return siglip.abilities();
    }

    @Override
    public void close() {
        graph.close();
        siglip.close();
    }
}
