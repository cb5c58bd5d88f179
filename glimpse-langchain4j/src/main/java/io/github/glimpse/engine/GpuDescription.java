package io.github.glimpse.engine;

/**
 * A GPU as NVIDIA's driver tells it.
 *
 * @param index its number in {@code cuda:N}
 * @param name the maker's name
 * @param major first number of its compute capability
 * @param minor second number of its compute capability
 * @param totalBytes its memory
 */
public record GpuDescription(int index, String name, int major, int minor, long totalBytes) {

    // Ampere, the first with bfloat16 in its tensor cores.
    private static final int FIRST_WITH_BFLOAT16 = 8;

    /** The compute capability as NVIDIA writes it, such as {@code 9.0}. */
    public String capability() {
        return major + "." + minor;
    }

    /** Whether its products in bfloat16 are as fast as those in float16. */
    public boolean hasBfloat16() {
        return major >= FIRST_WITH_BFLOAT16;
    }
}
