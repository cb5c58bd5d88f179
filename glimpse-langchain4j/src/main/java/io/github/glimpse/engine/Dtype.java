package io.github.glimpse.engine;

/**
 * The type that a model computes in.
 *
 * <p>DJL's Java side does not know {@code bfloat16} (making one from Java ends the process), so tensors of that type are
 * made by compute text only and travel as opaque handles.
 */
public enum Dtype {
    FLOAT32(6, 4, "float32"),
    FLOAT16(5, 2, "float16"),
    BFLOAT16(15, 2, "bfloat16");

    private final int code;
    private final int byteCount;
    private final String label;

    Dtype(int code, int byteCount, String label) {
        this.code = code;
        this.byteCount = byteCount;
        this.label = label;
    }

    /** The number of this type in compute text (libtorch's {@code ScalarType}). */
    public int code() {
        return code;
    }

    /** Bytes of one element. */
    public int byteCount() {
        return byteCount;
    }

    /** The name that properties and reports use: {@code float32}, {@code float16}, {@code bfloat16}. */
    public String label() {
        return label;
    }
}
