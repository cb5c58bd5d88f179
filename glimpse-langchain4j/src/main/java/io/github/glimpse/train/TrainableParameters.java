package io.github.glimpse.train;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.ShapeMismatchException;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.Gradients;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.SafetensorsWriter;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The tensors that training changes, in float32, by their names in the checkpoint. They are arguments of recorded calls
 * ({@link Graph#record}); {@link AdamW} changes them in place, so a tensor got once stays right.
 *
 * <p>Values depend on the seed and each tensor's name, not on the order in which they were added. For one thread.
 */
public final class TrainableParameters implements AutoCloseable {

    private record Parameter(ParameterGroup group, NDArray tensor) {}

    private final TensorScope owned;
    private final Graph graph;
    private final Gradients gradients;
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final long seed;

    private TrainableParameters(TorchRuntime runtime, long seed) {
        this.seed = seed;
        this.owned = runtime.openScope();
        this.gradients = Gradients.open(runtime);
        this.graph = Graph.named("optimizer")
                .with(TrainableParameters.class, "bfloat16")
                .with(TrainableParameters.class, "optimizer")
                .compile(runtime);
    }

    /** Starts an empty set; tensors whose first values are random follow {@code seed}. */
    public static TrainableParameters empty(TorchRuntime runtime, long seed) {
        return new TrainableParameters(runtime, seed);
    }

    /**
     * Adds a tensor.
     *
     * @throws IllegalArgumentException if the name is taken or the first values do not fill the shape
     */
    public TrainableParameters add(String name, ParameterGroup group, Initializer first, long... shape) {
        if (parameters.containsKey(name)) {
            throw new IllegalArgumentException("There is a parameter '" + name + "' already");
        }
        NDArray tensor = owned.floats(first.values(shape.clone(), random(name)), shape);
        parameters.put(name, new Parameter(group, group.isFrozen() ? tensor : gradients.track(tensor)));
        return this;
    }

    /**
     * The tensor of this name, owned by this set.
     *
     * @throws IllegalArgumentException if there is none
     */
    public NDArray get(String name) {
        return parameter(name).tensor();
    }

    /** Several tensors, for a {@code List[Tensor]} argument: {@code prefix + suffix} for each suffix in order. */
    public List<NDArray> list(String prefix, String... suffixes) {
        return Stream.of(suffixes).map(suffix -> get(prefix + suffix)).toList();
    }

    /** All names in the order of adding. */
    public Set<String> names() {
        return Collections.unmodifiableSet(parameters.keySet());
    }

    /** The group of a tensor. */
    public ParameterGroup group(String name) {
        return parameter(name).group();
    }

    /** Numbers in all tensors of groups that learn. */
    public long trainedCount() {
        return parameters.values().stream()
                .filter(parameter -> !parameter.group().isFrozen())
                .mapToLong(parameter -> parameter.tensor().size())
                .sum();
    }

    /** Shape of a tensor. */
    public long[] shape(String name) {
        return get(name).getShape().getShape();
    }

    /** A copy of a tensor's values, last axis fastest. */
    public float[] values(String name) {
        return HostValues.floats(get(name));
    }

    /**
     * Overwrites a tensor's values.
     *
     * @throws IllegalArgumentException if they do not fill its shape
     */
    public void set(String name, float[] values) {
        long[] shape = shape(name);
        try (TensorScope step = owned.openChild()) {
            graph.call("overwrite")
                    .with(get(name))
                    .with(step.floats(values, shape))
                    .run();
        }
    }

    /** All tensors, copied, to be stored in {@code type}. */
    public Map<String, CheckpointTensor> snapshot(StoredType type) {
        Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
        parameters.keySet().forEach(name -> tensors.put(name, new CheckpointTensor(type, shape(name), values(name))));
        return tensors;
    }

    /**
     * Writes all tensors as a safetensors file.
     *
     * @param type F32, or BF16 to halve the file
     */
    public void save(Path file, StoredType type) {
        SafetensorsWriter.write(file, snapshot(type), Map.of("format", "pt"));
    }

    /**
     * Reads all tensors of this set from a safetensors file; the file may hold others besides.
     *
     * @throws ModelFilesException if one is missing or the file is damaged
     * @throws ShapeMismatchException if one has another shape; nothing is changed then
     */
    public void load(Path file) {
        restore(SafetensorsFile.open(file).entries(), "");
    }

    void restore(Map<String, TensorEntry> entries, String prefix) {
        Map<String, TensorEntry> found = new LinkedHashMap<>();
        for (String name : parameters.keySet()) {
            found.put(name, checked(entries.get(prefix + name), name));
        }
        found.forEach((name, entry) -> set(name, SafetensorsFile.floats(entry)));
    }

    TensorEntry checked(@Nullable TensorEntry entry, String name) {
        if (entry == null) {
            throw new ModelFilesException(
                    "The file to train from has no tensor '" + name + "'; give a file of the same model");
        }
        if (!Arrays.equals(entry.shape(), shape(name))) {
            throw new ShapeMismatchException("The tensor '" + name + "' has the shape "
                    + Arrays.toString(entry.shape()) + " in " + entry.file().getFileName() + ", training asks for "
                    + Arrays.toString(shape(name)) + "; give a file of the same model");
        }
        return entry;
    }

    /**
     * Adds {@code weight} times the gradients of a loss to those that are there.
     *
     * @param loss one number, made by recorded calls on these tensors
     */
    public void backward(NDArray loss, double weight) {
        gradients.backward(loss, weight);
    }

    /** A copy of the gradients of a tensor as they stand, or zeros where no loss has reached it. */
    public float[] gradient(String name) {
        NDArray tensor = get(name);
        NDArray gradient = parameter(name).group().isFrozen() ? null : gradients.of(tensor);
        if (gradient == null) {
            return new float[Math.toIntExact(tensor.size())];
        }
        float[] values = HostValues.floats(gradient);
        gradient.close();
        return values;
    }

    /** Names of the tensors that learn. */
    List<String> trained() {
        return parameters.keySet().stream()
                .filter(name -> !group(name).isFrozen())
                .toList();
    }

    /** The gradients of tensors, made if need be; each stays the gradient of its tensor for good. */
    List<NDArray> gradientsOf(Collection<String> names) {
        List<NDArray> found = new ArrayList<>();
        try (TensorScope step = owned.openChild()) {
            List<NDArray> tensors = names.stream().map(this::get).toList();
            // A loss that counts nothing: afterwards every tensor has a gradient of its own.
            gradients.backward(graph.record("touch").with(tensors).run(step), 0);
        }
        names.forEach(name -> found.add(Objects.requireNonNull(gradients.of(get(name)))));
        return found;
    }

    /** Zeros in the shape of a tensor, owned by this set. */
    NDArray zerosLike(String name) {
        return owned.floats(new float[Math.toIntExact(get(name).size())], shape(name));
    }

    /** A copy of a tensor that has the shape of a parameter. */
    CheckpointTensor copy(String name, NDArray tensor) {
        return new CheckpointTensor(StoredType.F32, shape(name), HostValues.floats(tensor));
    }

    /** Overwrites a tensor that has the shape of a parameter. */
    void overwrite(String name, NDArray target, @Nullable TensorEntry entry) {
        float[] values = SafetensorsFile.floats(checked(entry, name));
        try (TensorScope step = owned.openChild()) {
            graph.call("overwrite")
                    .with(target)
                    .with(step.floats(values, shape(name)))
                    .run();
        }
    }

    Graph graph() {
        return graph;
    }

    TensorScope owned() {
        return owned;
    }

    private Parameter parameter(String name) {
        Parameter parameter = parameters.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException("There is no parameter '" + name + "' among " + parameters.size());
        }
        return parameter;
    }

    private Random random(String name) {
        CRC32 hash = new CRC32();
        hash.update(name.getBytes(StandardCharsets.UTF_8));
        return new Random(seed * 0x9E3779B97F4A7C15L + hash.getValue());
    }

    @Override
    public void close() {
        owned.close();
        graph.close();
        gradients.close();
    }
}
