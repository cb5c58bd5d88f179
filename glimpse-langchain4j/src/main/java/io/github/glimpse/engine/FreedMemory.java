package io.github.glimpse.engine;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Native memory that was freed and that the C library keeps for itself. Its allocator takes tensors of some megabytes from areas that shrink at
 * their end only, so a single tensor that stays holds what was freed before it: quantising a model left a tenth of its size behind so.
 */
final class FreedMemory {

    private static final Logger LOG = LoggerFactory.getLogger(FreedMemory.class);

    private FreedMemory() {}

    /** Gives it back to the system, in milliseconds. Only glibc can; elsewhere it does nothing. */
    static void giveBack() {
        if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux")) {
            return;
        }
        try {
            com.sun.jna.NativeLibrary.getInstance("c")
                    .getFunction("malloc_trim")
                    .invokeInt(new Object[] {0});
        } catch (LinkageError e) {
            LOG.debug("Freed memory stays with the C library: {}", e.getMessage());
        }
    }
}
