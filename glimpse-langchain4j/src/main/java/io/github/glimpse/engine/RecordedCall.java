package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call of compute text whose results are ordinary tensors: with their history, so that {@link Gradients#backward} finds
 * the way back to the trainable tensors, or without, as constants that recorded calls may read.
 *
 * <p>All arguments arrive in the text as {@code Tensor} or {@code List[Tensor]}; the text reads a number with {@code int(…)}
 * or {@code float(…)}. Results of {@link Graph#call} may not be arguments of a recorded call where the text needs them for
 * a gradient: bring them in by {@link Gradients#constant}. Not reusable, not safe for concurrent use.
 */
public final class RecordedCall {

    private static final String METHOD = "module_method:";

    private final PtSymbolBlock block;
    private final String graph;
    private final String method;
    private final boolean history;
    private final List<@Nullable NDArray> arguments = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<Number> numbers = new ArrayList<>();
    private int lists;

    RecordedCall(PtSymbolBlock block, String graph, String method, boolean history) {
        this.block = block;
        this.graph = graph;
        this.method = method;
        this.history = history;
    }

    /** A {@code Tensor} argument. */
    public RecordedCall with(NDArray tensor) {
        add(tensor, "");
        return this;
    }

    /**
     * A {@code List[Tensor]} argument.
     *
     * @throws IllegalArgumentException if it is empty: there is no way to hand over an empty list
     */
    public RecordedCall with(List<NDArray> tensors) {
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException(
                    "A recorded call cannot take an empty list; give one tensor of no elements");
        }
        String name = "list" + lists++ + "[]";
        tensors.forEach(tensor -> add(tensor, name));
        return this;
    }

    /** A whole number, as an int64 tensor without axes. */
    public RecordedCall with(long number) {
        return number(number);
    }

    /** A number, as a float64 tensor without axes. */
    public RecordedCall with(double number) {
        return number(number);
    }

    /** A flag, as an int64 tensor without axes: 1 or 0; the text reads it with {@code bool(…)}. */
    public RecordedCall with(boolean flag) {
        return number(flag ? 1L : 0L);
    }

    /** Runs a method that returns one tensor; the result belongs to {@code scope}. */
    public NDArray run(TensorScope scope) {
        NDList results = invoke(scope);
        if (results.size() != 1) {
            results.close();
            throw new IllegalStateException(
                    graph + "." + method + " returned " + results.size() + " tensors, one was expected");
        }
        return results.get(0);
    }

    /** Runs a method that returns a list of tensors; the results belong to {@code scope}. */
    public List<NDArray> runForList(TensorScope scope) {
        return List.copyOf(invoke(scope));
    }

    private RecordedCall number(Number number) {
        arguments.add(null);
        names.add("");
        numbers.add(number);
        return this;
    }

    private void add(NDArray tensor, String name) {
        arguments.add(tensor);
        names.add(name);
        numbers.add(0);
    }

    private NDList invoke(TensorScope scope) {
        // Results land in the manager of the first input, which is the method's name for this reason.
        try (NDList made = new NDList()) {
            NDArray first = scope.number(0L);
            made.add(first);
            first.setName(METHOD + method);
            NDList inputs = new NDList(first);
            IdentityHashMap<NDArray, String> seen = new IdentityHashMap<>();
            for (int i = 0; i < arguments.size(); i++) {
                inputs.add(argument(i, scope, made, seen));
            }
            return run(inputs);
        }
    }

    private NDArray argument(int index, TensorScope scope, NDList made, IdentityHashMap<NDArray, String> seen) {
        NDArray tensor = arguments.get(index);
        if (tensor == null) {
            NDArray value = scope.number(numbers.get(index));
            made.add(value);
            return value;
        }
        String name = names.get(index);
        String before = seen.put(tensor, name);
        if (before != null && !before.equals(name)) {
            throw new IllegalArgumentException("Argument " + index + " of " + graph + "." + method
                    + " was given before, in another place; let the text read it from there");
        }
        // A list's members are known by their name; what has none is an argument of its own.
        tensor.setName(name.isEmpty() ? null : name);
        return tensor;
    }

    private NDList run(NDList inputs) {
        JniUtils.setGradMode(history);
        try {
            return NativeCall.once(graph + "." + method, () -> IValueUtils.forward(block, inputs, true));
        } finally {
            JniUtils.setGradMode(false);
        }
    }
}
