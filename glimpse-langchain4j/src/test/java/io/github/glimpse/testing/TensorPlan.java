package io.github.glimpse.testing;

import java.util.ArrayList;
import java.util.List;

/** Collects the tensors of a checkpoint in the order in which they shall be written. */
final class TensorPlan {

    private final List<PlannedTensor> tensors = new ArrayList<>();

    List<PlannedTensor> tensors() {
        return List.copyOf(tensors);
    }

    TensorPlan random(String name, long... shape) {
        tensors.add(PlannedTensor.random(name, shape));
        return this;
    }

    TensorPlan ones(String name, long... shape) {
        tensors.add(PlannedTensor.ones(name, shape));
        return this;
    }

    /** {@code PATH.weight [out, in]} and {@code PATH.bias [out]}. */
    TensorPlan linearWithBias(String path, long out, long in) {
        return random(path + ".weight", out, in).random(path + ".bias", out);
    }

    /** {@code PATH.weight [out, in]}. */
    TensorPlan linear(String path, long out, long in) {
        return random(path + ".weight", out, in);
    }

    /** {@code PATH.weight [width]} of ones. */
    TensorPlan norm(String path, long width) {
        return ones(path + ".weight", width);
    }

    /** {@code PATH.weight [width]} of ones and a random {@code PATH.bias [width]}. */
    TensorPlan normWithBias(String path, long width) {
        return norm(path, width).random(path + ".bias", width);
    }
}
