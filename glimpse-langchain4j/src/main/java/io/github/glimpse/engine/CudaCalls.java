package io.github.glimpse.engine;

import ai.djl.engine.EngineException;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.function.Supplier;

/** Calls of NVIDIA's driver that must succeed, in the context of one GPU that libtorch uses as well. Safe for concurrent use. */
final class CudaCalls {

    private static final int EVENT_WITHOUT_TIMES = 2;

    private final com.sun.jna.NativeLibrary library;
    private final int gpu;
    private final Pointer context;

    private CudaCalls(com.sun.jna.NativeLibrary library, int gpu, Pointer context) {
        this.library = library;
        this.gpu = gpu;
        this.context = context;
    }

    /**
     * Of one GPU.
     *
     * @throws EngineException if the driver refuses
     * @throws UnsatisfiedLinkError if it is not there, or older than these calls
     */
    static CudaCalls open(int gpu) {
        com.sun.jna.NativeLibrary library = CudaDriver.library();
        IntByReference handle = new IntByReference();
        PointerByReference context = new PointerByReference();
        check(library, "cuInit", 0);
        check(library, "cuDeviceGet", handle, gpu);
        check(library, "cuDevicePrimaryCtxRetain", context, handle.getValue());
        return new CudaCalls(library, handle.getValue(), context.getValue());
    }

    /** Makes calls of this thread in the GPU's context, and leaves the thread as it was. */
    <T> T within(Supplier<T> calls) {
        call("cuCtxPushCurrent_v2", context);
        T result;
        try {
            result = calls.get();
        } catch (EngineException | UnsatisfiedLinkError e) {
            // Its own failure would hide this one.
            library.getFunction("cuCtxPopCurrent_v2").invokeInt(new Object[] {new PointerByReference(Pointer.NULL)});
            throw e;
        }
        call("cuCtxPopCurrent_v2", new PointerByReference(Pointer.NULL));
        return result;
    }

    /**
     * Looks for calls that will be made later.
     *
     * @throws UnsatisfiedLinkError if the driver is too old to have one
     */
    void require(String... names) {
        for (String name : names) {
            library.getFunction(name);
        }
    }

    /** A fact of the GPU, by the number that the driver has for it. */
    int attribute(int number) {
        IntByReference value = new IntByReference();
        call("cuDeviceGetAttribute", value, number, gpu);
        return value.getValue();
    }

    /** Loads what was compiled. */
    Pointer module(Memory compiled) {
        PointerByReference module = new PointerByReference();
        call("cuModuleLoadData", module, compiled);
        return module.getValue();
    }

    /** A kernel of a module. */
    Pointer function(Pointer module, String name) {
        PointerByReference function = new PointerByReference();
        call("cuModuleGetFunction", function, module, name);
        return function.getValue();
    }

    /** A mark in a stream that can be waited for. */
    Pointer event() {
        PointerByReference event = new PointerByReference();
        call("cuEventCreate", event, EVENT_WITHOUT_TIMES);
        return event.getValue();
    }

    /** Memory of the machine that the GPU reads and writes by itself. */
    Pointer pinned(long bytes) {
        PointerByReference memory = new PointerByReference();
        call("cuMemHostAlloc", memory, bytes, 0);
        return memory.getValue();
    }

    /**
     * Makes a call.
     *
     * @throws EngineException if the driver gives an error, worded as libtorch words it
     */
    void call(String name, Object... arguments) {
        check(library, name, arguments);
    }

    /** Gives the context back. */
    void close() {
        call("cuDevicePrimaryCtxRelease_v2", gpu);
    }

    private static void check(com.sun.jna.NativeLibrary library, String name, Object... arguments) {
        int code = library.getFunction(name).invokeInt(arguments);
        if (code != 0) {
            PointerByReference text = new PointerByReference();
            library.getFunction("cuGetErrorString").invokeInt(new Object[] {code, text});
            Pointer words = text.getValue();
            throw new EngineException(
                    "CUDA error: " + (words == null ? "code " + code : words.getString(0)) + " in " + name);
        }
    }
}
