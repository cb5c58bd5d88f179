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
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * CLIP's tower and the two-layer projector. Taps are counted by hidden state.
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

    LlavaTower(TorchRuntime runtime, Weights weights, ClipTower clip, LlavaConfig config, String projectorPrefix) {
        this.clip = clip;
        this.featureState = config.featureState();
        this.graph = Graph.named("llava projector")
                .with(DecoderStack.class, "linear")
                .with(LlavaTower.class, "projector", PROJECTOR)
                .compile(runtime);
        int hidden = config.decoder().dimensions().hidden();
        WeightPath path = weights.at(projectorPrefix);
        this.projector = TensorList.of(PROJECTOR
                .fill()
                .with(
                        "linear_1",
                        path.at("linear_1").linear(hidden, config.vision().hidden()))
                .with("linear_2", path.at("linear_2").linear(hidden, hidden))
                .tensors());
    }

    @Override
    public BlockPass pass(PixelPatches image, int[] kept, CancellationPoint cancellation, TensorScope scope) {
        return clip.pass(image, kept, this::project, cancellation, scope);
    }

    private NDArray project(TowerPass pass, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            return graph.call("project")
                    .with(pass.narrowPatchRows(step))
                    .with(RowPadding.rows(pass.patches()))
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
                true,
                clip.depth(),
                IntStream.range(0, clip.depth()).boxed().collect(Collectors.toSet()),
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
