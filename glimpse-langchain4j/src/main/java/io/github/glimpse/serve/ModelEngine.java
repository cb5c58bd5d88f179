package io.github.glimpse.serve;

import io.github.glimpse.engine.WeightPacking;
import java.time.Duration;
import java.util.List;

/** A model in memory as whoever operates it sees it: where it runs, what it is doing, and how it is stopped with care. */
public interface ModelEngine extends AutoCloseable {

    /** The model's name in answers. */
    String name();

    /** The name of its family. */
    String family();

    /** The device that it runs on, {@code cpu} or {@code cuda:N}. */
    String deviceName();

    /** The type that it computes in: {@code float32}, {@code bfloat16} or {@code float16}. */
    String dtypeName();

    /** What it is doing now. Runs nothing, waits for nothing, touches no native memory. */
    EngineState state();

    /** What whoever operates it should know though it answers, in words; mostly nothing. */
    default List<String> warnings() {
        return List.of();
    }

    /** How much of its weights is packed while it already answers; nothing where that is not so. */
    default WeightPacking.Progress packing() {
        return WeightPacking.Progress.NOTHING;
    }

    /** Requests that run now. */
    int activeRequests();

    /** Requests that wait now. */
    int queuedRequests();

    /** Whether {@link #close()} was called. */
    boolean isClosed();

    /**
     * Refuses new requests with {@link io.github.glimpse.EngineClosedException}, as after {@link #close()}; lets those that run
     * and wait finish within a time, and tells the rest to end at their next step, with the same exception. Frees nothing: call
     * {@link #close()} afterwards, or {@link #resume()}.
     *
     * @param limit how long requests may go on; those that are told to end get a second more before this returns. When the
     *     thread is interrupted, the time is over.
     * @return whether all finished by themselves
     */
    boolean drain(Duration limit);

    /** Takes requests again after {@link #drain}; does nothing else, and nothing after {@link #close()}. */
    void resume();

    /**
     * Refuses new requests, lets running ones end at their next step, then frees the native memory. Returns within ten seconds:
     * the memory of a request that is then still held up, by a listener that blocks or a long step, is freed when that has ended,
     * and a warning says so.
     */
    @Override
    void close();
}
