package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.CudaKernels;
import io.github.glimpse.engine.CudaKernels.Argument;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import java.util.ArrayList;
import java.util.List;

/** Where a decoder's weights lie on a GPU, and room for what {@link StepKernels} write. The room is freed when this is closed. */
final class StepTensors implements AutoCloseable {

    private static final List<String> WEIGHTS =
            List.of("input_norm", "q", "k", "v", "o", "post_norm", "gate", "up", "down");
    private static final List<String> WITHOUT_BIAS = List.of("o", "gate", "up", "down");

    private final DecoderStack stack;
    private final TensorScope room;

    StepTensors(DecoderStack stack) {
        this.stack = stack;
        this.room = stack.openScope();
    }

    /** Whether all weights of a stack are of one type and by themselves, and only those of queries, keys and values have a bias. */
    static boolean fit(DecoderStack stack) {
        List<NDArray> own = new ArrayList<>(
                List.of(stack.table(), stack.finalNorm(), stack.head().get(0)));
        List<NDArray> biases = new ArrayList<>(List.of(stack.head().get(1)));
        for (int layer = 0; layer < stack.dimensions().layers(); layer++) {
            List<NDArray> tensors = stack.layerTensors(layer);
            WEIGHTS.forEach(name -> own.add(tensors.get(DecoderStack.LAYER.place(name))));
            WITHOUT_BIAS.forEach(name -> biases.add(tensors.get(DecoderStack.LAYER.place(name) + 1)));
        }
        return biases.stream().allMatch(bias -> HostValues.bytes(bias) == 0)
                && own.stream()
                        .allMatch(tensor -> HostValues.bytes(tensor) > 0
                                && tensor.getDataType() == stack.finalNorm().getDataType());
    }

    /** Zeros for all rows of a step, so many numbers of the decoder's type each. */
    long rows(int width) {
        return numbers(stack.dtype(), (long) StepShape.ROWS * width);
    }

    /** So many zeros. */
    long numbers(Dtype dtype, long count) {
        return CudaKernels.address(stack.zeros(count, dtype, room));
    }

    /** A weight of a layer. */
    Argument weight(int layer, String name) {
        return place(stack.layerTensors(layer).get(DecoderStack.LAYER.place(name)));
    }

    /** The bias of a linear layer, no address if it has none. */
    Argument bias(int layer, String name) {
        return place(stack.layerTensors(layer).get(DecoderStack.LAYER.place(name) + 1));
    }

    /** A tensor that may be larger than a buffer of Java's; no address for an empty one. */
    Argument place(NDArray tensor) {
        if (HostValues.bytes(tensor) == 0) {
            return Argument.address(0);
        }
        try (TensorScope scope = stack.openScope()) {
            return Argument.address(CudaKernels.address(
                    stack.graph().call("piece").with(tensor).with(0).with(1).run(scope)));
        }
    }

    @Override
    public void close() {
        room.close();
    }
}
