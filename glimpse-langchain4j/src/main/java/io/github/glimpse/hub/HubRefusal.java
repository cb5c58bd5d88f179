package io.github.glimpse.hub;

import java.io.IOException;
import java.time.Duration;

/** The hub answered, but not with what was asked for. The message says what to do. */
final class HubRefusal extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean mayPass;
    private final Duration retryAfter;

    private HubRefusal(String message, boolean mayPass, Duration retryAfter) {
        super(message);
        this.mayPass = mayPass;
        this.retryAfter = retryAfter;
    }

    /** An answer that will be the same next time. */
    static HubRefusal lasting(String message) {
        return new HubRefusal(message, false, Duration.ZERO);
    }

    /**
     * An answer that may be another one soon.
     *
     * @param retryAfter how long the server asks to wait; zero if it does not say
     */
    static HubRefusal passing(String message, Duration retryAfter) {
        return new HubRefusal(message, true, retryAfter);
    }

    boolean mayPass() {
        return mayPass;
    }

    Duration retryAfter() {
        return retryAfter;
    }
}
