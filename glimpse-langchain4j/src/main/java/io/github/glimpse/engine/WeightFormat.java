package io.github.glimpse.engine;

/**
 * How the weights of linear layers lie in memory. Norms, biases and embeddings are never packed.
 */
public enum WeightFormat {
    /** {@link #PACKED} where the CPU can and the model computes in bfloat16, {@link #MAPPED} otherwise. */
    AUTO,
    /** Views of the mapped files: the fastest start, pages come in on first use. */
    MAPPED,
    /** Copies in anonymous memory: a few per cent faster than mapped, twice the memory while loading. */
    COPIED,
    /** The layout that the CPU's bfloat16 kernels want, made once at load: about half the time per token. */
    PACKED,
    /**
     * Numbers of 8 bits with one scale for each output, multiplied with inputs of 8 bits with one scale for each row: half the memory of 16 bits.
     * What decides which image tokens stay, and few columns with large values, stays in 16 bits. For CPUs with the instructions.
     */
    INT8
}
