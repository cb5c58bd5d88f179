package io.github.glimpse.model.llava;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.TowerEvidence;
import io.github.glimpse.model.TowerTaps;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionTower;
import io.github.glimpse.model.clip.ClipTower;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.nn.TowerAbilities;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * CLIP's tower and the two-layer projector. Taps are counted by hidden state.
 *
 * @see <a href="https://arxiv.org/abs/2310.03744">LLaVA-1.5, section 3</a>
 */
final class LlavaTower implements VisionTower {

    private final ClipTower clip;
    private final int featureState;
    private final TorchRuntime runtime;
    private final Graph graph;
    private final TensorList projector;

    LlavaTower(TorchRuntime runtime, Weights weights, ClipTower clip, LlavaConfig config, String projectorPrefix) {
        this.clip = clip;
        this.featureState = config.featureState();
        this.runtime = runtime;
        this.graph = Graph.named("llava projector")
                .with(DecoderStack.class, "linear")
                .with(LlavaTower.class, "projector")
                .compile(runtime);
        int hidden = config.dimensions().hidden();
        List<NDArray> tensors = new ArrayList<>();
        weights.at(projectorPrefix)
                .at("linear_1")
                .addLinearTo(tensors, hidden, config.vision().hidden());
        weights.at(projectorPrefix).at("linear_2").addLinearTo(tensors, hidden, hidden);
        this.projector = TensorList.of(tensors);
    }

    @Override
    public VisionFeatures encode(
            PixelPatches image, int[] kept, TowerTaps taps, CancellationPoint cancellation, TensorScope scope) {
        Set<Integer> wanted = new TreeSet<>(taps.layers());
        wanted.add(featureState);
        try (TensorScope step = scope.openChild()) {
            TowerEvidence evidence = new TowerEvidence(clip.graph(), taps, scope);
            Map<Integer, NDArray> states = clip.hiddenStates(image, kept, wanted, evidence, cancellation, step);
            NDArray features = java.util.Objects.requireNonNull(states.get(featureState));
            NDArray rows = graph.call("project")
                    .with(features)
                    .with(RowPadding.rows(Math.toIntExact(features.getShape().get(0))))
                    .with(projector)
                    .with(runtime.widenFromRows())
                    .run(scope);
            Map<Integer, NDArray> tapped = new HashMap<>();
            for (int tap : taps.layers()) {
                NDArray state = java.util.Objects.requireNonNull(states.get(tap));
                tapped.put(tap, step.keep(clip.widen(state, step), scope));
            }
            return evidence.with(rows, tapped);
        }
    }

    @Override
    public void checkTap(int layer) {
        clip.checkState(layer);
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
    public List<int[]> windows(ImageGrid grid) {
        int[] whole = new int[grid.tokenCount()];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = i;
        }
        return List.of(whole);
    }

    @Override
    public void close() {
        projector.close();
        graph.close();
        clip.close();
    }
}
