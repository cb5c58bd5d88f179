package io.github.glimpse.engine;

import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Functions of the C library of Linux that Java does not offer. What they do only helps: nothing depends on it. */
final class CLibrary {

    private static final Logger LOG = LoggerFactory.getLogger(CLibrary.class);

    private static final int KEEP_WHAT_IS_SET = 0;

    private CLibrary() {}

    /**
     * Sets a variable of the environment for libraries that are loaded later, unless it is set. Java's own environment is a copy that they do not
     * see.
     */
    static void setUnlessSet(String variable, String value) {
        call("setenv", variable, value, KEEP_WHAT_IS_SET);
    }

    /** Value of a variable in the environment of native libraries; empty if unset, and elsewhere than on Linux. */
    static Optional<String> variable(String name) {
        if (!isLinux()) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(com.sun.jna.NativeLibrary.getInstance("c")
                    .getFunction("getenv")
                    .invokeString(new Object[] {name}, false));
        } catch (LinkageError e) {
            LOG.debug("The C library has no getenv: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** Calls a function that gives an int; elsewhere than on Linux, and where the library has none of the name, it does nothing. */
    static void call(String function, Object... arguments) {
        if (!isLinux()) {
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

    static boolean isLinux() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");
    }
}
