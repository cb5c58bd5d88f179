package io.github.glimpse.engine;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.PickledValue.Dictionary;
import io.github.glimpse.engine.PickledValue.StridedTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads small checkpoints that {@code torch.save} wrote, such as a glimpse module's {@code new_modules_gp.pt}: dictionaries
 * of dictionaries of tensors.
 *
 * <p>Such a file holds a pickle, a format in which files can run code. Here nothing is run: the reader knows the few opcodes
 * and names that tensors need, makes plain data of them, and refuses all else. What it allocates is bounded by a small
 * multiple of the file's size, whatever the file claims.
 */
public final class TorchCheckpoint {

    private static final int DEEPEST = 16;
    private static final int MOST_NAMES = 50_000;
    private static final int LONGEST_NAME = 1_000;

    /** Values may take this many times the file's size: twice for 16-bit floats, the rest for storages that are shared. */
    private static final int GROWTH = 8;

    private static final long GROWTH_START_BYTES = 1 << 20;

    private final TorchArchive archive;
    private final Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
    private final IdentityHashMap<StridedTensor, CheckpointTensor> read = new IdentityHashMap<>();
    private final Deque<Dictionary> open = new ArrayDeque<>();
    private int nameCount;
    private long valueBytes;

    private TorchCheckpoint(TorchArchive archive) {
        this.archive = archive;
    }

    /**
     * Reads all tensors.
     *
     * @param file a file written by {@code torch.save} in its zip form, at most 512 MiB
     * @return the tensors in the order of the file; names of nested dictionaries are joined with dots, such as
     *     {@code attn_fuser.layers.0.norm1.weight}
     * @throws ModelFilesException if the file is missing, damaged, in the old form, or holds anything but dictionaries of
     *     float32, bfloat16 and float16 tensors
     */
    public static Map<String, CheckpointTensor> read(Path file) {
        try (TorchArchive archive = TorchArchive.open(file)) {
            PickledValue root = PickleReader.read(file.toString(), archive.pickle());
            if (!(root instanceof Dictionary dictionary)) {
                throw archive.refusal("it holds no dictionary");
            }
            TorchCheckpoint checkpoint = new TorchCheckpoint(archive);
            checkpoint.flatten("", dictionary);
            if (checkpoint.tensors.isEmpty()) {
                throw archive.refusal("it holds no tensors");
            }
            return Collections.unmodifiableMap(checkpoint.tensors);
        } catch (IOException e) {
            throw new ModelFilesException("The checkpoint '" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private void flatten(String prefix, Dictionary dictionary) throws IOException {
        if (open.contains(dictionary)) {
            throw archive.refusal("the dictionary " + Quoted.name(prefix) + " contains itself");
        }
        if (open.size() == DEEPEST) {
            throw archive.refusal("its dictionaries are nested deeper than " + DEEPEST);
        }
        open.push(dictionary);
        for (Map.Entry<String, PickledValue> item : dictionary.items().entrySet()) {
            if (++nameCount > MOST_NAMES) {
                throw archive.refusal("it has more than " + MOST_NAMES + " names");
            }
            // Each is a text of its own, whatever its dictionaries share.
            if (prefix.length() + item.getKey().length() > LONGEST_NAME) {
                throw archive.refusal("one of its names has more than " + LONGEST_NAME + " characters");
            }
            String name = prefix + item.getKey();
            PickledValue value = item.getValue();
            if (value instanceof Dictionary inner) {
                flatten(name + ".", inner);
            } else if (value instanceof StridedTensor tensor) {
                add(name, tensor);
            } else {
                throw archive.refusal("its value " + Quoted.name(name) + " is neither a dictionary nor a tensor");
            }
        }
        open.pop();
    }

    private void add(String name, StridedTensor tensor) throws IOException {
        CheckpointTensor values = read.get(tensor);
        if (values == null) {
            values = materialize(name, tensor);
            read.put(tensor, values);
        }
        if (tensors.put(name, values) != null) {
            throw archive.refusal("two of its tensors are named " + Quoted.name(name));
        }
    }

    private CheckpointTensor materialize(String name, StridedTensor tensor) throws IOException {
        ByteBuffer storage = archive.storage(tensor.storage());
        int elementCount = checkedElementCount(name, tensor);
        valueBytes += (long) elementCount * Float.BYTES;
        if (valueBytes > GROWTH * archive.fileBytes() + GROWTH_START_BYTES) {
            throw archive.refusal("its tensors are more than " + GROWTH + " times as large as the file");
        }
        float[] values = new float[elementCount];
        if (elementCount > 0) {
            new StridedCopy(storage, tensor).into(values);
        }
        long[] shape = tensor.sizes().stream().mapToLong(Long::longValue).toArray();
        return new CheckpointTensor(tensor.storage().type(), shape, values);
    }

    /** Checks offset, sizes and strides against the storage, and counts the elements. */
    private int checkedElementCount(String name, StridedTensor tensor) {
        List<Long> sizes = tensor.sizes();
        List<Long> strides = tensor.strides();
        long stored = tensor.storage().elementCount();
        if (sizes.size() != strides.size() || tensor.offset() < 0 || tensor.offset() > stored) {
            throw outside(name, tensor);
        }
        try {
            long count = 1;
            long last = tensor.offset();
            for (int axis = 0; axis < sizes.size(); axis++) {
                long size = sizes.get(axis);
                long stride = strides.get(axis);
                if (size < 0 || stride < 0) {
                    throw outside(name, tensor);
                }
                count = Math.multiplyExact(count, size);
                last = Math.addExact(last, Math.multiplyExact(Math.max(size - 1, 0), stride));
            }
            if (count > 0 && last >= stored) {
                throw outside(name, tensor);
            }
            return Math.toIntExact(count);
        } catch (ArithmeticException e) {
            throw outside(name, tensor);
        }
    }

    private ModelFilesException outside(String name, StridedTensor tensor) {
        return archive.refusal("the tensor " + Quoted.name(name) + " with offset " + tensor.offset() + ", sizes "
                + tensor.sizes() + " and strides " + tensor.strides() + " does not lie inside its storage of "
                + tensor.storage().elementCount() + " elements");
    }

    /** Copies a view of a storage, row by row. */
    private record StridedCopy(ByteBuffer storage, StridedTensor tensor) {

        void into(float[] target) {
            copyAxis(0, (int) tensor.offset(), target, 0);
        }

        /** Copies everything below one axis and returns the next free index of the target. */
        private int copyAxis(int axis, int source, float[] target, int start) {
            if (axis == tensor.sizes().size()) {
                target[start] = FloatWidening.at(storage, tensor.storage().type(), source);
                return start + 1;
            }
            int size = tensor.sizes().get(axis).intValue();
            int stride = tensor.strides().get(axis).intValue();
            int next = start;
            for (int index = 0; index < size; index++) {
                next = copyAxis(axis + 1, source + index * stride, target, next);
            }
            return next;
        }
    }
}
