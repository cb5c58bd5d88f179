package io.github.glimpse.engine;

import org.jspecify.annotations.Nullable;

/**
 * The type in which a weight file stores a tensor, by the names of the safetensors format.
 *
 * <p>Types narrower than a byte (such as {@code F4}) are not listed: a file that holds them is refused.
 */
public enum StoredType {
    F32("F32", 4, Dtype.FLOAT32),
    BF16("BF16", 2, Dtype.BFLOAT16),
    F16("F16", 2, Dtype.FLOAT16),
    F64("F64", 8, null),
    C64("C64", 8, null),
    I64("I64", 8, null),
    I32("I32", 4, null),
    I16("I16", 2, null),
    I8("I8", 1, null),
    U64("U64", 8, null),
    U32("U32", 4, null),
    U16("U16", 2, null),
    U8("U8", 1, null),
    F8_E4M3("F8_E4M3", 1, null),
    F8_E5M2("F8_E5M2", 1, null),
    F8_E8M0("F8_E8M0", 1, null),
    BOOL("BOOL", 1, null);

    private static final int INT8_CODE = 1;

    private final String label;
    private final int byteCount;
    private final @Nullable Dtype dtype;

    StoredType(String label, int byteCount, @Nullable Dtype dtype) {
        this.label = label;
        this.byteCount = byteCount;
        this.dtype = dtype;
    }

    /** The type's name in a safetensors header, such as {@code BF16}. */
    public String label() {
        return label;
    }

    /** Bytes of one element. */
    public int byteCount() {
        return byteCount;
    }

    /** Whether models compute with it: float32, bfloat16 and float16. False for float64, complex and 8-bit floats. */
    public boolean isFloatingPoint() {
        return dtype != null;
    }

    /**
     * The compute type with the same bits.
     *
     * @throws IllegalStateException unless {@link #isFloatingPoint()}
     */
    public Dtype dtype() {
        if (dtype == null) {
            throw new IllegalStateException("No model computes in " + label);
        }
        return dtype;
    }

    /** Its number in compute text (libtorch's {@code ScalarType}); of the types of 8 bits only that of {@link #I8} is known. */
    int code() {
        return this == I8 ? INT8_CODE : dtype().code();
    }

    /** The type with this name in a safetensors header, or null. */
    static @Nullable StoredType ofLabel(String label) {
        for (StoredType type : values()) {
            if (type.label.equals(label)) {
                return type;
            }
        }
        return null;
    }
}
