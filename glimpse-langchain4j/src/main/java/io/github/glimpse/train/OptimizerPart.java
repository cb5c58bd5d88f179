package io.github.glimpse.train;

import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.TensorEntry;
import java.util.Map;

/** One way to change tensors by their gradients, with what it remembers of them. */
interface OptimizerPart extends AutoCloseable {

    /** Changes its tensors by their gradients. */
    void step(double rate);

    /** Copies of what it remembers, by the names under which checkpoints keep them. */
    Map<String, CheckpointTensor> snapshot();

    /** Remembers what a checkpoint kept after so many steps. */
    void restore(Map<String, TensorEntry> entries, long updates);

    @Override
    void close();
}
