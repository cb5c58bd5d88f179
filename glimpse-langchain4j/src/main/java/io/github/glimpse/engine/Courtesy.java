package io.github.glimpse.engine;

/** Work that nobody waits for leaves the processors to work that somebody waits for. */
final class Courtesy {

    /** A quarter of a processor that another thread wants too. */
    private static final int NICE = 5;

    private static final int PROCESS = 0;
    private static final int THIS_THREAD = 0;

    private Courtesy() {}

    /**
     * Lowers the priority of this thread, and of those of the native library that work for it, for good. On Linux each thread has its own;
     * elsewhere it does nothing, as Java's priorities do.
     */
    static void lowerThisThread() {
        CLibrary.call("setpriority", PROCESS, THIS_THREAD, NICE);
    }
}
