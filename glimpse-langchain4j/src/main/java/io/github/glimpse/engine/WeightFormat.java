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
    PACKED
}
