package io.github.glimpse.engine;

/**
 * Native memory that was freed and that the C library keeps for itself. Its allocator takes tensors of some megabytes from areas that shrink at
 * their end only, so a single tensor that stays holds what was freed before it: quantising a model left a tenth of its size behind so.
 */
final class FreedMemory {

    private FreedMemory() {}

    /** Gives it back to the system, in milliseconds. Only glibc can; elsewhere it does nothing. */
    static void giveBack() {
        CLibrary.call("malloc_trim", 0);
    }
}
