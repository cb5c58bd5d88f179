package io.github.glimpse.engine;

import io.github.glimpse.DeviceLostException;
import io.github.glimpse.EngineBusyException;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.NativeLibraryException;
import java.util.List;
import java.util.Locale;

/** What kind of failure a message of the native library tells of; a GPU's may come late, at a call that is not to blame. */
enum NativeFailure {
    /** The GPU's memory is full: when others have ended, the same request may do. */
    DEVICE_MEMORY {
        @Override
        GlimpseException of(String call, String message, Throwable cause) {
            return new EngineBusyException(
                    "The GPU's memory is full in " + call + " (" + message
                            + "); try again when other requests have ended, or use fewer or smaller images, or a lower"
                            + " glimpse.serving.max-running",
                    cause);
        }
    },
    /** The GPU's context is dead: each later call fails as well. */
    DEVICE_LOST {
        @Override
        GlimpseException of(String call, String message, Throwable cause) {
            return new DeviceLostException(
                    "The GPU failed at or before " + call + " (" + message
                            + ") and cannot be used in this process any more; restart the process, and look at the driver's log if"
                            + " it happens again",
                    cause);
        }
    },
    /** The machine's memory is full. */
    HOST_MEMORY {
        @Override
        GlimpseException of(String call, String message, Throwable cause) {
            return new NativeLibraryException(
                    "Out of memory in " + call
                            + "; use fewer or smaller images, a lower glimpse.limits.max-pixels or a smaller model",
                    cause);
        }
    },
    /** Anything else. */
    OTHER {
        @Override
        GlimpseException of(String call, String message, Throwable cause) {
            return new NativeLibraryException("The native call " + call + " failed: " + message, cause);
        }
    };

    private static final int LONGEST = 2_000;

    private static final List<String> DEVICE_MEMORY_WORDS = List.of(
            "cuda out of memory",
            "cuda error: out of memory",
            "cublas_status_alloc_failed",
            "cudnn_status_alloc_failed",
            "cusolver_status_alloc_failed");

    // The errors after which CUDA's documentation asks for a new process.
    private static final List<String> DEVICE_LOST_WORDS = List.of(
            "illegal memory access",
            "misaligned address",
            "invalid address space",
            "operation not supported on global/shared address space",
            "invalid program counter",
            "illegal instruction was encountered",
            "hardware stack error",
            "device-side assert",
            "unspecified launch failure",
            "launch timed out",
            "uncorrectable ecc error",
            "uncorrectable nvlink error",
            "context is destroyed",
            "driver shutting down",
            "cuda error: unknown error");

    private static final List<String> HOST_MEMORY_WORDS =
            List.of("out of memory", "can't allocate memory", "bad_alloc");

    /** The kind that a message tells of. */
    static NativeFailure in(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        if (DEVICE_LOST_WORDS.stream().anyMatch(lower::contains)) {
            return DEVICE_LOST;
        }
        if (DEVICE_MEMORY_WORDS.stream().anyMatch(lower::contains)) {
            return DEVICE_MEMORY;
        }
        return HOST_MEMORY_WORDS.stream().anyMatch(lower::contains) ? HOST_MEMORY : OTHER;
    }

    /** The failure of {@code call} as an error of ours. */
    static GlimpseException translated(String call, Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return in(message).of(call, shortened(message), failure);
    }

    abstract GlimpseException of(String call, String message, Throwable cause);

    private static String shortened(String message) {
        return message.length() <= LONGEST ? message : message.substring(0, LONGEST) + " …";
    }
}
