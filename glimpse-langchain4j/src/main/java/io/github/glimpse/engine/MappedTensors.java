package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Tensors of a checkpoint as its files have them, mapped where they can be. For one thread. */
final class MappedTensors {

    /** Of a whole file. */
    private record Mapping(Path file, StoredType type) {}

    private final TorchRuntime runtime;
    private final Graph graph;
    private final TensorScope owned;
    private final Map<Mapping, NDArray> lasting = new HashMap<>();

    /**
     * Maps nothing yet.
     *
     * @param graph has the texts of weights
     * @param owned owns what lasts
     */
    MappedTensors(TorchRuntime runtime, Graph graph, TensorScope owned) {
        this.runtime = runtime;
        this.graph = graph;
        this.owned = owned;
    }

    /** Whether it lies on a multiple of its item size; else it cannot be mapped as such. */
    static boolean isAligned(TensorEntry entry) {
        return entry.offset() % entry.type().byteCount() == 0;
    }

    /** A view of its file, which stays mapped as a whole. */
    NDArray lasting(TensorEntry entry, long... shape) {
        if (!isAligned(entry)) {
            return read(entry, owned, shape);
        }
        NDArray file = lasting.computeIfAbsent(
                new Mapping(entry.file(), entry.type()),
                mapping -> map(entry, mapping.file().toFile().length(), owned));
        return view(file, entry, owned, shape);
    }

    /** With a mapping of its own, which ends with the scope: then its pages are given back. */
    NDArray stored(TensorEntry entry, TensorScope scope, long... shape) {
        return isAligned(entry)
                ? view(map(entry, entry.offset() + entry.byteCount(), scope), entry, scope, shape)
                : read(entry, scope, shape);
    }

    /** Bytes of the file from its beginning on, as values of the tensor's type. */
    private NDArray map(TensorEntry entry, long bytes, TensorScope scope) {
        return graph.call("map_file")
                .with(entry.file().toString())
                .with(bytes / entry.type().byteCount())
                .with(entry.type().code())
                .run(scope);
    }

    private NDArray view(NDArray file, TensorEntry entry, TensorScope scope, long... shape) {
        int itemBytes = entry.type().byteCount();
        return graph.call("view")
                .with(file)
                .with(entry.offset() / itemBytes)
                .with(entry.byteCount() / itemBytes)
                .with(shape)
                .run(scope);
    }

    private NDArray read(TensorEntry entry, TensorScope scope, long... shape) {
        try (TensorScope step = runtime.openScope()) {
            float[] values = SafetensorsFile.floats(entry);
            NDArray target = graph.call("empty")
                    .with(shape)
                    .with(entry.type().dtype().code())
                    .run(scope);
            graph.call("fill")
                    .with(target)
                    .with(0)
                    .with(step.floats(values, values.length))
                    .run();
            return target;
        }
    }
}
