package io.github.glimpse.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The kinds of values that {@link PickleReader} can make. There is no other: nothing in a file can name a class or call a
 * function of this process.
 */
sealed interface PickledValue {

    /** A whole number. */
    record Whole(long value) implements PickledValue {}

    /** True or false. */
    record Flag(boolean value) implements PickledValue {}

    /** A text. */
    record Text(String value) implements PickledValue {}

    /** A tuple. */
    record Tuple(List<PickledValue> items) implements PickledValue {}

    /** Where a group begins on the stack of the reader. Never part of another value. */
    enum Mark implements PickledValue {
        MARK
    }

    /** One of the few names that a file may refer to. */
    record Name(KnownName known) implements PickledValue {}

    /** The raw bytes of one or more tensors: an entry {@code data/KEY} of the archive with so many elements. */
    record Storage(StoredType type, String key, long elementCount) implements PickledValue {}

    /** A view of a storage; offset and strides count elements. Not yet checked against the storage. */
    record StridedTensor(Storage storage, long offset, List<Long> sizes, List<Long> strides) implements PickledValue {}

    /** A dictionary with texts as keys, in the order of the file. Compared by identity: it may be part of itself. */
    final class Dictionary implements PickledValue {

        private final Map<String, PickledValue> items = new LinkedHashMap<>();

        Map<String, PickledValue> items() {
            return items;
        }
    }

    /** The names that a file may refer to. */
    enum KnownName {
        ORDERED_DICT("collections OrderedDict"),
        REBUILD_TENSOR("torch._utils _rebuild_tensor_v2"),
        REBUILD_PARAMETER("torch._utils _rebuild_parameter"),
        FLOAT_STORAGE("torch FloatStorage"),
        BFLOAT16_STORAGE("torch BFloat16Storage"),
        HALF_STORAGE("torch HalfStorage");

        private final String path;

        KnownName(String path) {
            this.path = path;
        }

        /** Module and name, with a blank between. */
        String path() {
            return path;
        }
    }
}
