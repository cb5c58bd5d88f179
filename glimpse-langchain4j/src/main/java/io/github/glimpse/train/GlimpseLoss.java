package io.github.glimpse.train;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import java.util.List;

/** What a sample costs, once the predictor has spoken. */
final class GlimpseLoss implements AutoCloseable {

    private final Graph graph;
    private final double maskWeight;
    private final double crossEntropyWeight;
    private final double languageWeight;

    GlimpseLoss(TorchRuntime runtime, GlimpseTrainingOptions options) {
        this.graph = Losses.addTo(Graph.named("glimpse loss").with(GlimpseLoss.class, "glimpse"))
                .compile(runtime);
        this.maskWeight = options.maskWeight();
        this.crossEntropyWeight = options.crossEntropyWeight();
        this.languageWeight = options.languageWeight();
    }

    /**
     * The weighted loss.
     *
     * @param rows of logits {@code [imageTokens]}, the deciding one last
     * @param target zeros and ones
     * @param spoken logits {@code [answer, vocabulary]}, empty for none
     * @param answer ids
     */
    SamplePass.Outcome of(List<NDArray> rows, float[] target, NDArray spoken, long[] answer, TensorScope scope) {
        List<NDArray> losses = graph.record("glimpse_loss")
                .with(rows)
                .with(scope.floats(target, target.length))
                .with(spoken)
                .with(scope.longs(answer, answer.length))
                .with(maskWeight)
                .with(crossEntropyWeight)
                .with(languageWeight)
                .runForList(scope);
        return new SamplePass.Outcome(
                losses.get(0),
                HostValues.floats(losses.get(1))[0],
                HostValues.floats(losses.get(2))[0],
                HostValues.floats(rows.get(rows.size() - 1)),
                target);
    }

    @Override
    public void close() {
        graph.close();
    }
}
