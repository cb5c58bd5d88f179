package io.github.glimpse.train;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Changes all tensors that learn, each in the way of its group: {@link Muon} or {@link AdamW}. */
final class Optimizer implements AutoCloseable {

    private final TrainableParameters parameters;
    private final Graph graph;
    private final TensorList gradients;
    private final List<OptimizerPart> parts;

    Optimizer(TrainableParameters parameters, AdamW.Options options) {
        this.parameters = parameters;
        this.graph = parameters.graph();
        List<String> trained = parameters.trained();
        if (trained.isEmpty()) {
            throw new IllegalArgumentException("No parameter learns; add one to a group that is not frozen");
        }
        List<NDArray> found = parameters.gradientsOf(trained);
        this.gradients = TensorList.of(found);
        Map<String, NDArray> turned = new LinkedHashMap<>();
        Map<String, NDArray> plain = new LinkedHashMap<>();
        for (int i = 0; i < found.size(); i++) {
            String name = trained.get(i);
            (isOrthogonal(name) ? turned : plain).put(name, found.get(i));
        }
        this.parts = List.of(new AdamW(parameters, plain, options), new Muon(parameters, turned));
    }

    private boolean isOrthogonal(String name) {
        return parameters.group(name).orthogonal() && parameters.shape(name).length > 1;
    }

    /**
     * Shortens the gradients of all tensors, taken as one vector.
     *
     * @param longest the longest allowed, or 0 to measure only
     * @return their length before
     */
    double clip(double longest) {
        try (TensorScope step = parameters.owned().openChild()) {
            return HostValues.floats(
                    graph.call("clip").with(gradients).with(longest).run(step))[0];
        }
    }

    /** Changes the tensors by their gradients and sets these to zero. */
    void step(double rate) {
        parts.forEach(part -> part.step(rate));
        zeroGradients();
    }

    /** Forgets the gradients. */
    void zeroGradients() {
        graph.call("zero").with(gradients).run();
    }

    Map<String, CheckpointTensor> snapshot() {
        Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
        parts.forEach(part -> tensors.putAll(part.snapshot()));
        return tensors;
    }

    void restore(Map<String, TensorEntry> entries, long updates) {
        parts.forEach(part -> part.restore(entries, updates));
    }

    @Override
    public void close() {
        gradients.close();
        parts.forEach(OptimizerPart::close);
    }
}
