package io.github.glimpse.engine;

/**
 * Large pages for the memory of libtorch. On most Linux machines a program gets pages of 2 MiB only where it asks for them, and weights of
 * gigabytes in pages of 4 KiB cost a walk through the page tables every few rows.
 *
 * <p>libtorch asks for tensors of 2 MiB and more if a variable of its environment says so, which it reads once.
 */
final class LargePages {

    /** The variable; whoever has set it is asked no more. */
    static final String VARIABLE = "THP_MEM_ALLOC_ENABLE";

    private LargePages() {}

    /** Sets the variable, which must happen before libtorch is loaded. Elsewhere than on Linux it does nothing. */
    static void askFor() {
        CLibrary.setUnlessSet(VARIABLE, "1");
    }
}
