package io.github.glimpse.prune.glimpse;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.ShapeMismatchException;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.TensorScope;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The tensors of a glimpse module by name, brought to the device in float32. */
final class ModuleTensors {

    private final Map<String, CheckpointTensor> tensors;
    private final TensorScope owner;

    ModuleTensors(Map<String, CheckpointTensor> tensors, TensorScope owner) {
        this.tensors = tensors;
        this.owner = owner;
    }

    /** The tensor of this name and shape, owned by the strategy's scope. */
    NDArray get(String name, long... shape) {
        CheckpointTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new ModelFilesException("The glimpse module has no tensor '" + name
                    + "'; check that its config.json and its weights belong together");
        }
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new ShapeMismatchException("The tensor '" + name + "' of the glimpse module has shape "
                    + Arrays.toString(tensor.shape()) + ", but its config.json asks for " + Arrays.toString(shape)
                    + "; check that the module was trained for this base model");
        }
        return owner.floats(tensor.values(), shape);
    }

    /** Weight and bias of the linear layer of this name. */
    List<NDArray> linear(String name, long out, long in) {
        return List.of(get(name + ".weight", out, in), get(name + ".bias", out));
    }

    /** An empty tensor, which compute text takes as "no bias". */
    NDArray none() {
        return owner.floats(new float[0], 0);
    }
}
