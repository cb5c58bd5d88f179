package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The state of a {@link RecurrentLayer} for one sequence. A cut leaves it as it is: it has seen the dropped rows. A row at the end is
 * forgotten by coming back to what was remembered before it.
 */
public final class RecurrentState implements LayerState {

    private final DecoderStack stack;
    private final TensorScope owner;
    private final List<NDArray> tensors;
    private final Map<Integer, List<NDArray>> remembered = new TreeMap<>();
    private int length;

    RecurrentState(DecoderStack stack, List<NDArray> tensors, TensorScope owner) {
        this.stack = stack;
        this.tensors = List.copyOf(tensors);
        this.owner = owner;
    }

    /** Its tensors, which the layer changes in place. */
    List<NDArray> tensors() {
        return tensors;
    }

    void advance(int rows) {
        length += rows;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int room() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void reserve(int rowsToCome) {
        // its size does not grow
    }

    @Override
    public void remember() {
        if (!remembered.containsKey(length)) {
            remembered.put(
                    length,
                    tensors.stream()
                            .map(tensor ->
                                    stack.graph().call("copy_of").with(tensor).run(owner))
                            .toList());
        }
    }

    @Override
    public void truncate(int rows) {
        if (rows == length) {
            return;
        }
        List<NDArray> before = remembered.get(rows);
        if (before == null) {
            throw new IllegalStateException("A state after " + length + " rows cannot go back to " + rows
                    + ": it was remembered after " + remembered.keySet());
        }
        for (int i = 0; i < tensors.size(); i++) {
            stack.graph()
                    .call("copy_into")
                    .with(before.get(i))
                    .with(tensors.get(i))
                    .run();
        }
        remembered.entrySet().removeIf(entry -> {
            if (entry.getKey() > rows) {
                entry.getValue().forEach(NDArray::close);
            }
            return entry.getKey() > rows;
        });
        length = rows;
    }

    @Override
    public void keep(NDArray chosen, int rowsToCome) {
        // it has seen all rows, and stays so
    }

    @Override
    public boolean isFinite() {
        try (TensorScope step = owner.openChild()) {
            return tensors.stream()
                    .allMatch(tensor -> HostValues.longs(stack.graph()
                                    .call("is_finite_state")
                                    .with(tensor)
                                    .run(step))[0]
                            == 1);
        }
    }

    @Override
    public void close() {
        tensors.forEach(NDArray::close);
        remembered.values().forEach(copies -> copies.forEach(NDArray::close));
        remembered.clear();
    }
}
