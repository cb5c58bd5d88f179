package io.github.glimpse.engine;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Functions of the C library of Linux that Java does not offer. What they do only helps: nothing depends on it. */
final class CLibrary {

    private static final Logger LOG = LoggerFactory.getLogger(CLibrary.class);

    private CLibrary() {}

    /** Calls a function that gives an int; elsewhere than on Linux, and where the library has none of the name, it does nothing. */
    static void call(String function, Object... arguments) {
        if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux")) {
            return;
        }
        try {
            int result = com.sun.jna.NativeLibrary.getInstance("c")
                    .getFunction(function)
                    .invokeInt(arguments);
            LOG.debug("{} of the C library gave {}", function, result);
        } catch (LinkageError e) {
            LOG.debug("The C library has no {}: {}", function, e.getMessage());
        }
    }
}
