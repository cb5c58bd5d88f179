package io.github.glimpse.engine;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work that nobody waits for leaves the processors to work that somebody waits for. */
final class Courtesy {

    private static final Logger LOG = LoggerFactory.getLogger(Courtesy.class);

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
        if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux")) {
            return;
        }
        try {
            int failed = com.sun.jna.NativeLibrary.getInstance("c")
                    .getFunction("setpriority")
                    .invokeInt(new Object[] {PROCESS, THIS_THREAD, NICE});
            LOG.debug("This thread's priority is {}", failed == 0 ? "lower" : "as before");
        } catch (LinkageError e) {
            LOG.debug("This thread's priority stays: {}", e.getMessage());
        }
    }
}
