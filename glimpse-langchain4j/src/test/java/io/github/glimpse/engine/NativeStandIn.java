package io.github.glimpse.engine;

import ai.djl.engine.EngineException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Stands before the native library and fails as libtorch does, on a GPU for the most part: the calls that are chosen die of the given
 * messages, one each, and are then made as ever. Or it holds them up. Taken away by closing.
 */
public final class NativeStandIn implements NativeCall.Native, AutoCloseable {

    /** What values are read by. */
    public static final String READING = "the reading of values";

    private final Predicate<String> chosen;
    private final Deque<String> messages;
    private final Semaphore places;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger freed = new AtomicInteger();

    private NativeStandIn(Predicate<String> chosen, List<String> messages, Semaphore places) {
        this.chosen = chosen;
        this.places = places;
        this.messages = new ArrayDeque<>(messages);
    }

    /** Lets the next calls of a name that fits fail, one for each message. */
    public static NativeStandIn failing(Predicate<String> chosen, String... messages) {
        return inPlace(new NativeStandIn(chosen, List.of(messages), new Semaphore(Integer.MAX_VALUE)));
    }

    /** Holds calls of a name that fits up, each until there is a place for it. */
    public static NativeStandIn holding(Predicate<String> chosen, Semaphore places) {
        return inPlace(new NativeStandIn(chosen, List.of(), places));
    }

    private static NativeStandIn inPlace(NativeStandIn standIn) {
        NativeCall.standIn(standIn);
        return standIn;
    }

    @Override
    public <T> T run(String call, Supplier<T> work) {
        calls.incrementAndGet();
        if (chosen.test(call)) {
            places.acquireUninterruptibly();
            String message = next();
            if (!message.isEmpty()) {
                throw new EngineException(message);
            }
        }
        return work.get();
    }

    private synchronized String next() {
        return messages.isEmpty() ? "" : messages.removeFirst();
    }

    @Override
    public void freeCache() {
        freed.incrementAndGet();
    }

    /** Calls so far, failed ones included. */
    public int calls() {
        return calls.get();
    }

    /** How often the library's cache was freed. */
    public int freed() {
        return freed.get();
    }

    @Override
    public void close() {
        NativeCall.standIn(null);
    }
}
