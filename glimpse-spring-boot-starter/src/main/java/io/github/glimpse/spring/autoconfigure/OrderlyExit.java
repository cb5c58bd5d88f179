package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.engine.ProcessExit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.boot.SpringApplication;

/**
 * Lets answers go on at the end of the process while Spring stops the application in its own order: the web server first, which
 * waits for requests under way. Whatever Spring does not stop is let go when it is through.
 */
final class OrderlyExit implements AutoCloseable {

    private static final Set<ProcessExit.Hold> HOLDS = ConcurrentHashMap.newKeySet();
    private static final AtomicBoolean HOOKED = new AtomicBoolean();

    private final ProcessExit.Hold hold;

    private OrderlyExit(ProcessExit.Hold hold) {
        this.hold = hold;
    }

    /** To be closed when the application has stopped. */
    static OrderlyExit begin() {
        ProcessExit.Hold hold = ProcessExit.hold();
        HOLDS.add(hold);
        if (HOOKED.compareAndSet(false, true)) {
            SpringApplication.getShutdownHandlers().add(() -> HOLDS.forEach(ProcessExit.Hold::close));
        }
        return new OrderlyExit(hold);
    }

    @Override
    public void close() {
        HOLDS.remove(hold);
        hold.close();
    }
}
