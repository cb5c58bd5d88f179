package io.github.glimpse.train;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import java.util.List;
import java.util.Random;

/** Two layers that learn which of the inputs is the largest: the smallest thing that is worth training. */
final class Mlp implements AutoCloseable {

    static final int CLASSES = 3;
    private static final int BATCH = 16;
    private static final int INPUTS = 3;

    final TrainableParameters parameters;
    private final Graph graph;
    private final boolean half;

    Mlp(TorchRuntime runtime, long seed, boolean half) {
        this.half = half;
        this.graph = Losses.addTo(Graph.named("mlp").with(Mlp.class, "mlp")).compile(runtime);
        this.parameters = TrainableParameters.empty(runtime, seed);
        ParameterGroup group = ParameterGroup.named("mlp");
        parameters
                .add("in.weight", group, Initializer.fanIn(1), 16, INPUTS)
                .add("in.bias", group, Initializer.zeros(), 16)
                .add("out.weight", group, Initializer.xavierUniform(), CLASSES, 16)
                .add("out.bias", group, Initializer.zeros(), CLASSES)
                .add("scale", ParameterGroup.frozen("scale"), Initializer.ones(), INPUTS);
    }

    /** A batch that depends on its number only. */
    NDArray loss(long sample, TensorScope scope, Figures figures) {
        Random random = new Random(1_000 + sample);
        float[] inputs = new float[BATCH * INPUTS];
        long[] ids = new long[BATCH];
        for (int row = 0; row < BATCH; row++) {
            for (int i = 0; i < INPUTS; i++) {
                inputs[row * INPUTS + i] = (float) random.nextGaussian();
                if (inputs[row * INPUTS + i] > inputs[row * INPUTS + (int) ids[row]]) {
                    ids[row] = i;
                }
            }
        }
        figures.add("samples", (double) sample);
        return graph.record("choice_loss")
                .with(scope.floats(inputs, BATCH, INPUTS))
                .with(scope.longs(ids, BATCH))
                .with(weights(parameters))
                .with(half)
                .run(scope);
    }

    static List<NDArray> weights(TrainableParameters parameters) {
        return parameters.list("", "in.weight", "in.bias", "out.weight", "out.bias", "scale");
    }

    @Override
    public void close() {
        parameters.close();
        graph.close();
    }
}
