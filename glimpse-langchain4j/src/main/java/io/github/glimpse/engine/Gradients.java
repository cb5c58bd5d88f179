package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of recorded calls ({@link Graph#record}): which tensors want one, how a loss is traced back to them, and how a
 * tensor that inference made gets into a recorded call.
 *
 * <p>Gradients add up over {@link #backward} calls until they are set to zero. A thread may have several recorded results
 * open; two threads must not share trainable tensors.
 */
public final class Gradients implements AutoCloseable {

    private final Graph graph;

    private Gradients(Graph graph) {
        this.graph = graph;
    }

    /** Compiles the small text behind this class. */
    public static Gradients open(TorchRuntime runtime) {
        return new Gradients(
                Graph.named("gradients").with(Gradients.class, "gradients").compile(runtime));
    }

    /** Makes a tensor of Java's own trainable: recorded calls that read it lead back to it. */
    public NDArray track(NDArray tensor) {
        tensor.setRequiresGradient(true);
        return tensor;
    }

    /**
     * The same memory as a tensor that recorded calls may read and keep for a gradient. Tensors that {@link Graph#call} made,
     * loaded weights among them, need this; packed weights cannot have it.
     *
     * @return a tensor without history, owned by {@code scope}; the memory stays until both are closed
     */
    public NDArray constant(NDArray tensor, TensorScope scope) {
        return graph.constant("adopt").with(tensor).run(scope);
    }

    /**
     * Adds {@code weight} times the gradients of a loss to those of all trainable tensors that it was made of. The history
     * of the loss is used up.
     *
     * @param loss one number
     * @param weight 1, or one over the number of losses of a step
     */
    public void backward(NDArray loss, double weight) {
        if (loss.size() != 1) {
            throw new IllegalArgumentException("A loss is one number, this has the shape " + loss.getShape());
        }
        // In torch's own memory: a gradient of one number may be the seed itself, and outlive it.
        try (NDArray seed = loss.getManager().full(loss.getShape(), (float) weight)) {
            NativeCall.once("backward", () -> {
                JniUtils.backward((PtNDArray) loss, (PtNDArray) seed, false, false);
                return true;
            });
        }
    }

    /** The gradient of a trainable tensor, or null as long as no loss reached it. Owned by the tensor's own scope. */
    public @Nullable NDArray of(NDArray trainable) {
        return JniUtils.getGradient((PtNDArray) trainable);
    }

    @Override
    public void close() {
        graph.close();
    }
}
