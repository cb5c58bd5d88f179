package io.github.glimpse.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes pickles opcode by opcode, so that tests can write those that Python never would. */
final class PickleBytes {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Begins a pickle of protocol 2. */
    PickleBytes() {
        op(0x80, 2);
    }

    PickleBytes op(int... raw) {
        for (int value : raw) {
            bytes.write(value);
        }
        return this;
    }

    PickleBytes dictionary() {
        return op('}');
    }

    PickleBytes mark() {
        return op('(');
    }

    PickleBytes tuple() {
        return op('t');
    }

    PickleBytes number(int value) {
        return op('J', value, value >> 8, value >> 16, value >> 24);
    }

    PickleBytes text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        op('X', utf8.length, utf8.length >> 8, utf8.length >> 16, utf8.length >> 24);
        bytes.writeBytes(utf8);
        return this;
    }

    PickleBytes global(String module, String name) {
        op('c');
        bytes.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    PickleBytes numbers(int... values) {
        mark();
        for (int value : values) {
            number(value);
        }
        return tuple();
    }

    PickleBytes hooks() {
        return global("collections", "OrderedDict").op(')', 'R');
    }

    PickleBytes storage(String type, String key, int elementCount) {
        return mark().text("storage")
                .global("torch", type)
                .text(key)
                .text("cpu")
                .number(elementCount)
                .tuple()
                .op('Q');
    }

    /** A tensor over storage 0 of type float32. */
    PickleBytes tensor(int stored, int offset, int[] sizes, int[] strides) {
        return global("torch._utils", "_rebuild_tensor_v2")
                .mark()
                .storage("FloatStorage", "0", stored)
                .number(offset)
                .numbers(sizes)
                .numbers(strides)
                .op(0x89)
                .hooks()
                .tuple()
                .op('R');
    }

    /** Ends the pickle. */
    byte[] stop() {
        op('.');
        return bytes.toByteArray();
    }
}
