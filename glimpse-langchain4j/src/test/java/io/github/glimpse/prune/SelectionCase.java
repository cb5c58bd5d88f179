package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.image.ImageGrid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** One golden case of a selection: evidence in, indices out. */
public final class SelectionCase {

    /** How far a tensor may be off. */
    private static final float TOLERANCE = 1e-5f;

    private final JsonNode json;
    private final Map<String, TensorEntry> tensors;
    private final TorchRuntime runtime;

    SelectionCase(JsonNode json, Path tensors, TorchRuntime runtime) {
        this.json = json;
        this.tensors = Files.exists(tensors) ? SafetensorsFile.open(tensors).entries() : Map.of();
        this.runtime = runtime;
    }

    /** The name in the file. */
    public String name() {
        return json.path("case").asText();
    }

    /** The whole entry. */
    public JsonNode json() {
        return json;
    }

    /** What is to come out. */
    public JsonNode expected() {
        return json.path("expected");
    }

    /** For what the engine computes. */
    public TorchRuntime runtime() {
        return runtime;
    }

    /** A number of the input. */
    public int count(String param) {
        return number(param).asInt();
    }

    /** A number of the input that may be large. */
    public long wholeNumber(String param) {
        return number(param).asLong();
    }

    /** A number of the input. */
    public double real(String param) {
        return number(param).asDouble();
    }

    /** Whether there is such a number. */
    public boolean has(String param) {
        return json.path("params").hasNonNull(param);
    }

    private JsonNode number(String param) {
        JsonNode value = json.path("params").path(param);
        assertThat(value.isNumber()).as(param).isTrue();
        return value;
    }

    /** The grid. */
    public ImageGrid grid() {
        JsonNode grid = json.path("params").path("grid");
        return new ImageGrid(grid.path(0).asInt(), grid.path(1).asInt(), 14, 1);
    }

    /** Every token of the grid. */
    public int[] tokens() {
        return IntStream.range(0, grid().tokenCount()).toArray();
    }

    /** A tensor, flat. */
    public float[] floats(String tensor) {
        return SafetensorsFile.floats(entry(tensor));
    }

    /** The bytes of a tensor. */
    public byte[] bytes(String tensor) {
        TensorEntry entry = entry(tensor);
        try {
            byte[] file = Files.readAllBytes(entry.file());
            return Arrays.copyOfRange(
                    file, Math.toIntExact(entry.offset()), Math.toIntExact(entry.offset() + entry.byteCount()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The size of an axis. */
    public int axis(String tensor, int axis) {
        return Math.toIntExact(entry(tensor).shape()[axis]);
    }

    /** Whether there is such a tensor. */
    public boolean hasTensor(String tensor) {
        return tensors.containsKey(name() + "." + tensor);
    }

    private TensorEntry entry(String tensor) {
        return Objects.requireNonNull(tensors.get(name() + "." + tensor), "The case has no tensor " + tensor);
    }

    /** A list of indices. */
    public static int[] indices(JsonNode list) {
        assertThat(list.isArray()).isTrue();
        return StreamSupport.stream(list.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }

    /** Lists of indices. */
    public static List<int[]> lists(JsonNode lists) {
        assertThat(lists.isArray()).isTrue();
        return StreamSupport.stream(lists.spliterator(), false)
                .map(SelectionCase::indices)
                .toList();
    }

    /** Compares indices with those that are expected. */
    public void check(String name, int[] actual) {
        assertThat(actual).as(name).containsExactly(indices(expected().path(name)));
    }

    /** Compares lists of indices with those that are expected. */
    public void check(String name, List<int[]> actual) {
        List<int[]> lists = lists(expected().path(name));
        assertThat(actual).as(name).hasSameSizeAs(lists);
        for (int i = 0; i < lists.size(); i++) {
            assertThat(actual.get(i)).as(name + " " + i).containsExactly(lists.get(i));
        }
    }

    /** Compares a number with the expected one, relative to its size above 1. */
    public void check(String name, double actual) {
        double expected = expected().path(name).asDouble(Double.NaN);
        assertThat(actual).as(name).isCloseTo(expected, within(TOLERANCE * Math.max(1, Math.abs(expected))));
    }

    /** Compares a tensor with the expected one. */
    public void checkTensor(String name, float[] actual) {
        assertThat(expected().path(name).asText()).as(name).isEqualTo("tensor");
        assertThat(actual).as(name).containsExactly(floats("expected." + name), within(TOLERANCE));
    }

    /** Every output that was to be checked has to be named by the check; nothing may be left out by accident. */
    public void knowsOutputs(String... names) {
        expected().fieldNames().forEachRemaining(name -> assertThat(names).contains(name));
    }

    /** A row of a matrix. */
    public static float[] row(float[] matrix, int row, int width) {
        return Arrays.copyOfRange(matrix, row * width, (row + 1) * width);
    }

    /** The weighted sum of a row and others. */
    public static float[] mixed(float[] matrix, int width, int representative, double own, int[] sources, double each) {
        float[] mixed = new float[width];
        for (int k = 0; k < width; k++) {
            double sum = own * matrix[representative * width + k];
            for (int source : sources) {
                sum += each * matrix[source * width + k];
            }
            mixed[k] = (float) sum;
        }
        return mixed;
    }

    /** Rows one after the other. */
    public static float[] joined(List<float[]> rows) {
        int size = rows.stream().mapToInt(row -> row.length).sum();
        float[] joined = new float[size];
        int next = 0;
        for (float[] row : rows) {
            System.arraycopy(row, 0, joined, next, row.length);
            next += row.length;
        }
        return joined;
    }
}
