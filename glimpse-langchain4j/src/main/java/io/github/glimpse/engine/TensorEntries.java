package io.github.glimpse.engine;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.ShapeMismatchException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeSet;

/** The tensors of a checkpoint by name, found in the shape that its settings ask for. */
record TensorEntries(Map<String, TensorEntry> byName) {

    boolean has(String name) {
        return byName.containsKey(name);
    }

    /**
     * Of floating-point numbers.
     *
     * @throws ModelFilesException if there is none of that name, or it holds others
     */
    TensorEntry entry(String name) {
        TensorEntry entry = byName.get(name);
        if (entry == null) {
            throw new ModelFilesException("The checkpoint has no tensor '" + name + "' (" + byName.size()
                    + " tensors, the nearest names: " + neighbours(name)
                    + "); check that config.json and the weight files belong together");
        }
        if (!entry.type().isFloatingPoint()) {
            throw new ModelFilesException("The tensor '" + name + "' is stored as "
                    + entry.type().label() + ", but F32, BF16 or F16 is needed; use a folder that is not quantised");
        }
        return entry;
    }

    /** The same in a shape. */
    TensorEntry entry(String name, long... shape) {
        TensorEntry entry = entry(name);
        if (!Arrays.equals(entry.shape(), shape)) {
            throw mismatch(name, entry.shape(), shape);
        }
        return entry;
    }

    /** Of a linear layer, which may be held in 8 bits. */
    TensorEntry matrix(String name, long out, long in) {
        TensorEntry entry = byName.get(name);
        if (entry == null || !Int8Weights.isStored(entry)) {
            return entry(name, out, in);
        }
        if (!Arrays.equals(entry.shape(), new long[] {out, in})) {
            throw mismatch(name, entry.shape(), out, in);
        }
        return entry;
    }

    /** Of any shape with {@code out * in} numbers and {@code out} in front: a convolution used as a product. */
    TensorEntry convolution(String name, long out, long in) {
        TensorEntry entry = entry(name);
        if (entry.shape().length < 2 || entry.shape()[0] != out || entry.elementCount() != out * in) {
            throw mismatch(name, entry.shape(), out, in);
        }
        return entry;
    }

    /** Memory of all in a type. */
    long bytes(Dtype dtype) {
        return byName.values().stream()
                .mapToLong(entry -> entry.elementCount() * dtype.byteCount())
                .sum();
    }

    private String neighbours(String name) {
        TreeSet<String> sorted = new TreeSet<>(byName.keySet());
        return String.valueOf(sorted.floor(name)) + ", " + sorted.ceiling(name);
    }

    private static ShapeMismatchException mismatch(String name, long[] found, long... expected) {
        return new ShapeMismatchException("The tensor '" + name + "' has shape " + Arrays.toString(found)
                + ", but config.json asks for " + Arrays.toString(expected)
                + "; check that config.json and the weight files belong together");
    }
}
