package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.nn.TokenRows;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Keeps some rows of a prompt behind each decoder layer, evenly spread, the last among them. For one request. */
public final class LayerRows implements StageObserver {

    /** All of them would be hundreds of megabytes. */
    private static final int MOST_ROWS = 16;

    private final TorchRuntime runtime;
    private final TokenRows reader;
    private final List<float[]> layers = new ArrayList<>();

    /** With what reads rows of the decoder. */
    public LayerRows(TorchRuntime runtime, TokenRows reader) {
        this.runtime = runtime;
        this.reader = reader;
    }

    /** The rows behind each layer, float32, one below the other. */
    public List<float[]> layers() {
        return layers;
    }

    @Override
    public void onHidden(int layer, NDArray hidden, int rows) {
        int count = Math.min(MOST_ROWS, rows);
        int[] places = IntStream.rangeClosed(1, count)
                .map(i -> (int) ((long) i * rows / count) - 1)
                .toArray();
        try (TensorScope scope = runtime.openScope()) {
            NDArray picked = reader.pick(hidden, places, 0, scope);
            layers.add(HostValues.floats(reader.widen(picked, scope)));
        }
    }
}
