package io.github.glimpse.train;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TensorList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adam with decoupled weight decay. Computes what torch's {@code AdamW} does, operation by operation. Tensors that no loss
 * reached have a gradient of zero, and decay.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter, Decoupled weight decay regularization</a>
 */
public final class AdamW implements OptimizerPart {

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
    private long updates;

    /** For the tensors of these gradients. */
    AdamW(TrainableParameters parameters, Map<String, NDArray> gradients, Options options) {
        this.parameters = parameters;
        this.options = options;
        this.graph = parameters.graph();
        for (String name : gradients.keySet()) {
            means.put(name, parameters.zerosLike(name));
            squares.put(name, parameters.zerosLike(name));
        }
        bundle(gradients);
    }

    private void bundle(Map<String, NDArray> gradients) {
        Map<List<Double>, List<String>> alike = new LinkedHashMap<>();
        for (String name : gradients.keySet()) {
            ParameterGroup group = parameters.group(name);
            double decay = parameters.shape(name).length < 2 ? 0 : group.weightDecay();
            alike.computeIfAbsent(List.of(group.rateFactor(), decay), key -> new ArrayList<>())
                    .add(name);
        }
        alike.forEach((key, same) -> bundles.add(new Bundle(
                key.get(0),
                key.get(1),
                TensorList.of(same.stream().map(parameters::get).toList()),
                TensorList.of(same.stream().map(gradients::get).toList()),
                TensorList.of(same.stream().map(means::get).toList()),
                TensorList.of(same.stream().map(squares::get).toList()))));
    }

    @Override
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
    }

    @Override
    public Map<String, CheckpointTensor> snapshot() {
        Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
        means.forEach((name, tensor) -> tensors.put(MEAN + name, parameters.copy(name, tensor)));
        squares.forEach((name, tensor) -> tensors.put(SQUARE + name, parameters.copy(name, tensor)));
        return tensors;
    }

    @Override
    public void restore(Map<String, TensorEntry> entries, long updatesSoFar) {
        means.forEach((name, tensor) -> parameters.overwrite(name, tensor, entries.get(MEAN + name)));
        squares.forEach((name, tensor) -> parameters.overwrite(name, tensor, entries.get(SQUARE + name)));
        updates = updatesSoFar;
    }

    @Override
    public void close() {
        for (Bundle bundle : bundles) {
            bundle.tensors().close();
            bundle.gradients().close();
            bundle.means().close();
            bundle.squares().close();
        }
    }
}
