package io.github.glimpse.engine;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way into the native library: its failures come out as ours. A GPU works behind its caller's back, so a failure may come
 * at a later call than the one to blame, often when values are {@linkplain HostValues read}.
 */
final class NativeCall {

    /** What is done in the native library. */
    interface Native {

        /** Does what {@code call} names. */
        <T> T run(String call, Supplier<T> work);

        /** Gives the memory that the library keeps for later back to the GPU. */
        void freeCache();
    }

    private static final Native LIBRARY = new Native() {
        @Override
        public <T> T run(String call, Supplier<T> work) {
            ProcessExit.enter();
            try {
                return work.get();
            } finally {
                ProcessExit.leave();
            }
        }

        @Override
        public void freeCache() {
            JniUtils.emptyCudaCache();
        }
    };

    private static volatile Native library = LIBRARY;

    private NativeCall() {}

    /** For tests: lets a stand-in come before the native library; null takes it away. */
    static void standIn(@Nullable Native instead) {
        library = instead == null ? LIBRARY : instead;
    }

    /**
     * Makes a call once.
     *
     * @param call its name in errors
     * @throws io.github.glimpse.GlimpseException if it fails
     */
    static <T> T once(String call, Supplier<T> work) {
        try {
            return library.run(call, work);
        } catch (EngineException e) {
            throw NativeFailure.translated(call, e);
        }
    }

    /**
     * Makes a call that may be made again: where the GPU's memory is full, what the library keeps for later is freed and the
     * call made once more.
     *
     * @param call its name in errors
     * @throws io.github.glimpse.EngineBusyException if the memory is full then too
     * @throws io.github.glimpse.GlimpseException if it fails otherwise
     */
    static <T> T repeatable(String call, Supplier<T> work) {
        try {
            return library.run(call, work);
        } catch (EngineException e) {
            if (NativeFailure.in(String.valueOf(e.getMessage())) != NativeFailure.DEVICE_MEMORY) {
                throw NativeFailure.translated(call, e);
            }
        }
        try {
            library.freeCache();
        } catch (EngineException e) {
            throw NativeFailure.translated("the freeing of memory", e);
        }
        return once(call, work);
    }
}
