package io.github.glimpse.engine;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How the native library is started.
 *
 * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param threads threads of one native operation, for the whole process, from 1 to {@link #MAX_THREADS}; 0 takes {@link #DEFAULT_THREADS}' meaning
 * @param nativeDownload whether DJL may download a native library that is not on the class path
 * @param nativePath folder of a libtorch of one's own, such as {@code site-packages/torch}; null for the class path's
 */
public record RuntimeOptions(
        String device,
        int threads,
        NativeDownload nativeDownload,
        @Nullable Path nativePath) {

    /** The default device. */
    public static final String DEFAULT_DEVICE = "auto";

    /** Zero: the number of physical cores, or of the processors that a container's CPU quota leaves, if fewer. */
    public static final int DEFAULT_THREADS = 0;

    /** More would take the native library's memory, which ends the process. */
    public static final int MAX_THREADS = 1024;

    /** Whether anything may be downloaded at start. */
    public enum NativeDownload {
        FORBIDDEN,
        ALLOWED
    }

    /** Checks the numbers. */
    public RuntimeOptions {
        if (threads < 0 || threads > MAX_THREADS) {
            throw new IllegalArgumentException(
                    "threads is " + threads + ", it must be from 1 to " + MAX_THREADS + " (0 for the default)");
        }
    }

    /** With the libtorch of the class path. */
    public RuntimeOptions(String device, int threads, NativeDownload nativeDownload) {
        this(device, threads, nativeDownload, null);
    }

    /** These for another device. */
    public RuntimeOptions withDevice(String value) {
        return new RuntimeOptions(value, threads, nativeDownload, nativePath);
    }

    /** These with another number of threads. */
    public RuntimeOptions withThreads(int value) {
        return new RuntimeOptions(device, value, nativeDownload, nativePath);
    }

    /** These with downloads allowed or not. */
    public RuntimeOptions withNativeDownload(NativeDownload value) {
        return new RuntimeOptions(device, threads, value, nativePath);
    }

    /** These with a libtorch of one's own, or null for the class path's. */
    public RuntimeOptions withNativePath(@Nullable Path value) {
        return new RuntimeOptions(device, threads, nativeDownload, value);
    }

    /** The default device and threads, no download. */
    public static RuntimeOptions defaults() {
        return new RuntimeOptions(DEFAULT_DEVICE, DEFAULT_THREADS, NativeDownload.FORBIDDEN);
    }
}
