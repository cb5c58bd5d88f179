package io.github.glimpse.train;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adam with decoupled weight decay. Computes what torch's {@code AdamW} does, operation by operation. Tensors of frozen groups
 * are left alone; tensors that no loss reached have a gradient of zero, and decay.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter, Decoupled weight decay regularization</a>
 */
public final class AdamW implements AutoCloseable {

    /**
     * The numbers of the method.
     *
     * @param beta1 memory of the mean gradient
     * @param beta2 memory of the mean square
     * @param epsilon added to the root of the mean square
     */
    public record Options(double beta1, double beta2, double epsilon) {

        /** Those of torch. */
        public static final Options DEFAULTS = new Options(0.9, 0.999, 1e-8);

        /** Checks the numbers. */
        public Options {
            if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1) || !(epsilon >= 0)) {
                throw new IllegalArgumentException("AdamW cannot work with beta1 " + beta1 + ", beta2 " + beta2
                        + ", epsilon " + epsilon + "; the betas lie in 0..1, below 1");
            }
        }
    }

    /** Tensors with the same rate and decay, with their gradients and moments. */
    private record Bundle(
            double rateFactor,
            double decay,
            TensorList tensors,
            TensorList gradients,
            TensorList means,
            TensorList squares) {}

    private static final String MEAN = "optimizer.mean.";
    private static final String SQUARE = "optimizer.square.";

    private final TrainableParameters parameters;
    private final Options options;
    private final Graph graph;
    private final Map<String, NDArray> means = new LinkedHashMap<>();
    private final Map<String, NDArray> squares = new LinkedHashMap<>();
    private final List<Bundle> bundles = new ArrayList<>();
    private final TensorList allGradients;
    private long updates;

    private AdamW(TrainableParameters parameters, Options options) {
        this.parameters = parameters;
        this.options = options;
        this.graph = parameters.graph();
        List<String> trained = parameters.trained();
        if (trained.isEmpty()) {
            throw new IllegalArgumentException("No parameter learns; add one to a group that is not frozen");
        }
        Map<String, NDArray> gradients = new LinkedHashMap<>();
        List<NDArray> found = parameters.gradientsOf(trained);
        for (int i = 0; i < trained.size(); i++) {
            String name = trained.get(i);
            gradients.put(name, found.get(i));
            means.put(name, zeros(name));
            squares.put(name, zeros(name));
        }
        this.allGradients = TensorList.of(found);
        bundle(trained, gradients);
    }

    /** Makes the optimiser of these parameters. Add no parameter to the set afterwards. */
    public static AdamW of(TrainableParameters parameters, Options options) {
        return new AdamW(parameters, options);
    }

    private NDArray zeros(String name) {
        long[] shape = parameters.shape(name);
        int count = Math.toIntExact(parameters.get(name).size());
        return parameters.owned().floats(new float[count], shape);
    }

    private void bundle(List<String> trained, Map<String, NDArray> gradients) {
        Map<List<Double>, List<String>> alike = new LinkedHashMap<>();
        for (String name : trained) {
            ParameterGroup group = parameters.group(name);
            double decay = parameters.shape(name).length < 2 ? 0 : group.weightDecay();
            alike.computeIfAbsent(List.of(group.rateFactor(), decay), key -> new ArrayList<>())
                    .add(name);
        }
        alike.forEach((key, names) -> bundles.add(new Bundle(
                key.get(0),
                key.get(1),
                TensorList.of(names.stream().map(parameters::get).toList()),
                TensorList.of(names.stream().map(gradients::get).toList()),
                TensorList.of(names.stream().map(means::get).toList()),
                TensorList.of(names.stream().map(squares::get).toList()))));
    }

    /** Steps taken so far. */
    public long updates() {
        return updates;
    }

    /**
     * Shortens the gradients of all tensors, taken as one vector.
     *
     * @param longest the longest allowed, or 0 to measure only
     * @return their length before
     */
    public double clip(double longest) {
        try (TensorScope step = parameters.owned().openChild()) {
            return graph.call("clip").with(allGradients).with(longest).run(step).toFloatArray()[0];
        }
    }

    /** Changes the tensors by their gradients and sets these to zero. */
    public void step(double rate) {
        updates++;
        double correction1 = 1 - Math.pow(options.beta1(), (double) updates);
        double correction2 = Math.sqrt(1 - Math.pow(options.beta2(), (double) updates));
        for (Bundle bundle : bundles) {
            graph.call("adamw")
                    .with(bundle.tensors())
                    .with(bundle.gradients())
                    .with(bundle.means())
                    .with(bundle.squares())
                    .with(rate * bundle.rateFactor())
                    .with(bundle.decay())
                    .with(options.beta1())
                    .with(options.beta2())
                    .with(options.epsilon())
                    .with(correction1)
                    .with(correction2)
                    .run();
        }
        zeroGradients();
    }

    /** Forgets the gradients. */
    public void zeroGradients() {
        graph.call("zero").with(allGradients).run();
    }

    /** The moments by the names under which checkpoints keep them. */
    Map<String, CheckpointTensor> snapshot() {
        Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
        means.forEach((name, tensor) -> tensors.put(MEAN + name, copy(name, tensor)));
        squares.forEach((name, tensor) -> tensors.put(SQUARE + name, copy(name, tensor)));
        return tensors;
    }

    private CheckpointTensor copy(String name, NDArray tensor) {
        return new CheckpointTensor(StoredType.F32, parameters.shape(name), tensor.toFloatArray());
    }

    void restore(Map<String, TensorEntry> entries, long updatesSoFar) {
        means.forEach((name, tensor) -> restore(entries, MEAN, name, tensor));
        squares.forEach((name, tensor) -> restore(entries, SQUARE, name, tensor));
        updates = updatesSoFar;
    }

    private void restore(Map<String, TensorEntry> entries, String prefix, String name, NDArray target) {
        float[] values = SafetensorsFile.floats(parameters.checked(entries.get(prefix + name), name));
        try (TensorScope step = parameters.owned().openChild()) {
            graph.call("overwrite")
                    .with(target)
                    .with(step.floats(values, parameters.shape(name)))
                    .run();
        }
    }

    @Override
    public void close() {
        allGradients.close();
        for (Bundle bundle : bundles) {
            bundle.tensors().close();
            bundle.gradients().close();
            bundle.means().close();
            bundle.squares().close();
        }
    }
}
