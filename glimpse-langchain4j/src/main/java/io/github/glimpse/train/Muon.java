package io.github.glimpse.train;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TensorList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Momentum whose matrices are made orthogonal, by five Newton-Schulz steps in the numbers of bfloat16, before they are taken; tensors of
 * more than two axes count as matrices of their first axis. Computes what torch's {@code Muon} does with
 * {@code adjust_lr_fn="match_rms_adamw"}, so a schedule made for {@link AdamW} serves both.
 *
 * @see <a href="https://arxiv.org/abs/2502.16982">Liu et al., Muon is scalable for LLM training, section 2</a>
 */
final class Muon implements OptimizerPart {

    /** Memory of the mean gradient. */
    private static final double MOMENTUM = 0.95;

    private static final String MOMENTS = "optimizer.momentum.";

    /** Tensors with the same rate and decay, with their gradients and momenta. */
    private record Bundle(
            double rateFactor, double decay, TensorList tensors, TensorList gradients, TensorList momenta) {}

    private final TrainableParameters parameters;
    private final Map<String, NDArray> momenta = new LinkedHashMap<>();
    private final List<Bundle> bundles = new ArrayList<>();

    /** For the tensors of these gradients, which have two axes or more. */
    Muon(TrainableParameters parameters, Map<String, NDArray> gradients) {
        this.parameters = parameters;
        Map<List<Double>, List<String>> alike = new LinkedHashMap<>();
        for (String name : gradients.keySet()) {
            momenta.put(name, parameters.zerosLike(name));
            ParameterGroup group = parameters.group(name);
            alike.computeIfAbsent(List.of(group.rateFactor(), group.weightDecay()), key -> new ArrayList<>())
                    .add(name);
        }
        alike.forEach((key, same) -> bundles.add(new Bundle(
                key.get(0),
                key.get(1),
                TensorList.of(same.stream().map(parameters::get).toList()),
                TensorList.of(same.stream().map(gradients::get).toList()),
                TensorList.of(same.stream().map(momenta::get).toList()))));
    }

    @Override
    public void step(double rate) {
        for (Bundle bundle : bundles) {
            parameters
                    .graph()
                    .call("muon")
                    .with(bundle.tensors())
                    .with(bundle.gradients())
                    .with(bundle.momenta())
                    .with(rate * bundle.rateFactor())
                    .with(bundle.decay())
                    .with(MOMENTUM)
                    .run();
        }
    }

    @Override
    public Map<String, CheckpointTensor> snapshot() {
        Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
        momenta.forEach((name, tensor) -> tensors.put(MOMENTS + name, parameters.copy(name, tensor)));
        return tensors;
    }

    @Override
    public void restore(Map<String, TensorEntry> entries, long updates) {
        momenta.forEach((name, tensor) -> parameters.overwrite(name, tensor, entries.get(MOMENTS + name)));
    }

    @Override
    public void close() {
        for (Bundle bundle : bundles) {
            bundle.tensors().close();
            bundle.gradients().close();
            bundle.momenta().close();
        }
    }
}
