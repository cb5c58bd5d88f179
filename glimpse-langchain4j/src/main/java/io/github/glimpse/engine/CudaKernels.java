package io.github.glimpse.engine;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.NativeLibraryException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kernels of our own for the GPU of a runtime, compiled when a model is loaded. They are launched into the stream that libtorch uses, so what either of
 * them asked for before is done before. Closing them waits for what was launched.
 */
public final class CudaKernels implements AutoCloseable {

    // The driver's numbers of facts of a GPU and of a kernel.
    private static final int PROCESSORS = 16;
    private static final int MOST_SHARED = 97;
    private static final int SHARED_OF_PROCESSOR = 81;
    private static final int SHARED_OF_KERNEL = 8;
    // From Hopper on a kernel may begin while the one before it ends.
    private static final int FIRST_WITH_EARLY_BEGIN = 9;

    private static final Pointer STREAM = Pointer.NULL;

    private static final String SUFFIX = ".cu";
    private static final String LAUNCH = "cuLaunchKernelEx";
    private static final String TO_GPU = "cuMemcpyHtoDAsync_v2";
    private static final String FROM_GPU = "cuMemcpyDtoHAsync_v2";
    private static final String RECORD = "cuEventRecord";
    private static final String WAIT = "cuEventSynchronize";

    private static final Logger LOG = LoggerFactory.getLogger(CudaKernels.class);

    private final CudaCalls calls;
    private final Pointer module;
    private final int major;
    private final List<Pointer> pinned = new ArrayList<>();
    private final List<Pointer> events = new ArrayList<>();

    private boolean closed;

    private CudaKernels(CudaCalls calls, Pointer module, int major) {
        this.calls = calls;
        this.module = module;
        this.major = major;
    }

    /**
     * What kernels have to know of a GPU.
     *
     * @param processors how many it has
     * @param blockBytes how many bytes a block may share
     * @param processorBytes how many bytes the blocks on one processor may share in all
     */
    public record Limits(int processors, int blockBytes, int processorBytes) {}

    /**
     * What the GPU of a runtime has.
     *
     * @throws NativeLibraryException if the driver does not tell
     */
    public static Limits limits(TorchRuntime runtime) {
        return attempt(() -> {
            CudaCalls calls = CudaCalls.open(runtime.gpuIndex());
            try {
                return new Limits(
                        calls.attribute(PROCESSORS),
                        calls.attribute(MOST_SHARED),
                        calls.attribute(SHARED_OF_PROCESSOR));
            } finally {
                calls.close();
            }
        });
    }

    /**
     * Compiles {@code name.cu} from beside a class.
     *
     * @param facts what the text is to be compiled for, by name
     * @throws NativeLibraryException if there is no compiler, or it refuses, or the driver does
     */
    public static CudaKernels compile(TorchRuntime runtime, Class<?> face, String name, Map<String, Integer> facts) {
        String source = source(face, name);
        return attempt(() -> {
            KernelCompiler compiler =
                    KernelCompiler.open(Path.of(runtime.facts().libraries()));
            CudaCalls calls = CudaCalls.open(runtime.gpuIndex());
            boolean made = false;
            try {
                calls.require(LAUNCH, TO_GPU, FROM_GPU, RECORD, WAIT);
                int major = calls.attribute(CudaDriver.CAPABILITY_MAJOR);
                List<String> options = options("sm_" + major + calls.attribute(CudaDriver.CAPABILITY_MINOR), facts);
                try (Memory compiled = compiler.compile(source, name + SUFFIX, options)) {
                    CudaKernels kernels = new CudaKernels(calls, calls.within(() -> calls.module(compiled)), major);
                    made = true;
                    return kernels;
                }
            } finally {
                if (!made) {
                    calls.close();
                }
                // What the compiler took was much.
                FreedMemory.giveBack();
            }
        });
    }

    /** Where a tensor's numbers lie in the memory of the GPU; they must lie side by side, 2 GB at most. */
    public static long address(NDArray tensor) {
        return TensorAddress.of(tensor);
    }

    /**
     * Room for what passes of kernels read and write, until these kernels are closed.
     *
     * @param inputBytes most bytes that a pass is given
     * @param input where they go in the GPU's memory
     * @param outputBytes most bytes that it makes
     * @param output where these lie there
     */
    public Exchange exchange(long inputBytes, long input, long outputBytes, long output) {
        return attempt(() -> calls.within(() -> {
            Pointer event = calls.event();
            events.add(event);
            return new Exchange(hostMemory(inputBytes), input, hostMemory(outputBytes), output, event);
        }));
    }

    private ByteBuffer hostMemory(long bytes) {
        Pointer memory = calls.pinned(bytes);
        pinned.add(memory);
        return memory.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
    }

    /** When the blocks of a kernel begin. */
    public enum Begin {
        /** When the kernel before has ended. */
        BEHIND,
        /** As soon as there is room, where the GPU can; the kernel waits by itself for the one before. */
        EARLY
    }

    /**
     * Prepares launches of a kernel whose arguments stay the same.
     *
     * @param threads of a block
     * @param mostShared bytes that a block may share, beside those that the kernel has by itself
     * @param arguments in the kernel's order
     */
    public Launch launch(String kernel, int threads, int mostShared, Begin begin, Argument... arguments) {
        return attempt(() -> calls.within(() -> {
            Pointer function = calls.function(module, kernel);
            if (mostShared > 0) {
                calls.call("cuFuncSetAttribute", function, SHARED_OF_KERNEL, mostShared);
            }
            boolean early = begin == Begin.EARLY && major >= FIRST_WITH_EARLY_BEGIN;
            return new Launch(function, threads, early, List.of(arguments));
        }));
    }

    /**
     * Asks for a pass, and does not wait for it: what is in the input goes to the GPU, the kernels run, and what they made comes back. Who
     * reads it {@linkplain #await waits} before, and leaves the input alone until then.
     *
     * @param call its name in errors
     * @param outputBytes how much comes back
     * @throws io.github.glimpse.DeviceLostException if the GPU has failed for good
     * @throws GlimpseException if the driver refuses
     */
    public void run(String call, Exchange exchange, List<Launch> launches, long outputBytes) {
        NativeCall.once(
                call,
                () -> calls.within(() -> {
                    Pointer input = Native.getDirectBufferPointer(exchange.input);
                    Pointer output = Native.getDirectBufferPointer(exchange.output);
                    calls.call(TO_GPU, exchange.inputPlace, input, (long) exchange.input.capacity(), STREAM);
                    for (Launch launch : launches) {
                        calls.call(LAUNCH, launch.arguments);
                    }
                    calls.call(FROM_GPU, output, exchange.outputPlace, outputBytes, STREAM);
                    calls.call(RECORD, exchange.done, STREAM);
                    return call;
                }));
    }

    /** Waits for the last pass of an exchange; fails like {@link #run}. */
    public void await(String call, Exchange exchange) {
        NativeCall.once(
                call,
                () -> calls.within(() -> {
                    calls.call(WAIT, exchange.done);
                    return call;
                }));
    }

    /** Compiled kernels and their context are given back; launches and exchanges must not be used any more. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            calls.within(() -> {
                calls.call("cuStreamSynchronize", STREAM);
                events.forEach(event -> calls.call("cuEventDestroy_v2", event));
                pinned.forEach(memory -> calls.call("cuMemFreeHost", memory));
                calls.call("cuModuleUnload", module);
                return module;
            });
            calls.close();
        } catch (EngineException e) {
            // A GPU that has failed gives nothing back.
            LOG.debug("The kernels could not be given back", e);
        }
    }

    private static <T> T attempt(Supplier<T> work) {
        try {
            return NativeCall.once("the preparing of kernels", work);
        } catch (UnsatisfiedLinkError e) {
            throw new NativeLibraryException("Kernels cannot be prepared: " + e.getMessage(), e);
        }
    }

    /** What the compiler is told. */
    static List<String> options(String architecture, Map<String, Integer> facts) {
        List<String> options = new ArrayList<>(List.of("--gpu-architecture=" + architecture, "--std=c++17"));
        facts.forEach((fact, value) -> options.add("-D" + fact + "=" + value));
        return options;
    }

    /** The text {@code name.cu} beside a class. */
    static String source(Class<?> face, String name) {
        return GraphText.read(face, name + SUFFIX);
    }

    /** Memory of the machine that the GPU reads and writes by itself, for one pass at a time. Bytes are in the machine's order. */
    public static final class Exchange {

        private final ByteBuffer input;
        private final long inputPlace;
        private final ByteBuffer output;
        private final long outputPlace;
        private final Pointer done;

        private Exchange(ByteBuffer input, long inputPlace, ByteBuffer output, long outputPlace, Pointer done) {
            this.input = input;
            this.inputPlace = inputPlace;
            this.output = output;
            this.outputPlace = outputPlace;
            this.done = done;
        }

        /** What a pass is given. */
        public ByteBuffer input() {
            return input;
        }

        /** What it makes. */
        public ByteBuffer output() {
            return output;
        }
    }

    /** An argument of launches, which may be one of several. */
    public static final class Argument {

        private final Memory place = new Memory(Long.BYTES);

        private Argument() {
            place.clear();
        }

        /** An address, 0 for none. */
        public static Argument address(long value) {
            Argument argument = new Argument();
            argument.place.setLong(0, value);
            return argument;
        }

        /** A number with a fraction. */
        public static Argument real(float value) {
            Argument argument = new Argument();
            argument.place.setFloat(0, value);
            return argument;
        }

        /** A whole number. */
        public static Argument whole(int value) {
            Argument argument = new Argument();
            argument.set(value);
            return argument;
        }

        /** What the next launches are given of a whole number. */
        public void set(int value) {
            place.setInt(0, value);
        }
    }

    /** Launches of a kernel, one at a time. */
    public static final class Launch {

        // Of the driver's CUlaunchConfig: grid and block, shared bytes, stream, attributes and their number.
        private static final int CONFIG_BYTES = 56;
        private static final int GRID = 0;
        private static final int BLOCK = 12;
        private static final int SHARED = 24;
        private static final int ATTRIBUTES = 40;
        private static final int ATTRIBUTE_COUNT = 48;
        // Of CUlaunchAttribute: its number and value.
        private static final int ATTRIBUTE_BYTES = 72;
        private static final int EARLY_BEGIN = 6;
        private static final int ATTRIBUTE_VALUE = 8;

        private final Memory config = new Memory(CONFIG_BYTES);
        // The driver reads them at each launch.
        private final List<Memory> held = new ArrayList<>();
        private final Object[] arguments;

        private Launch(Pointer function, int threads, boolean early, List<Argument> values) {
            config.clear();
            grid(1, 1, 1);
            config.setInt(BLOCK, threads);
            config.setInt(BLOCK + Integer.BYTES, 1);
            config.setInt(BLOCK + 2 * Integer.BYTES, 1);
            if (early) {
                Memory attribute = hold(ATTRIBUTE_BYTES);
                attribute.setInt(0, EARLY_BEGIN);
                attribute.setInt(ATTRIBUTE_VALUE, 1);
                config.setPointer(ATTRIBUTES, attribute);
                config.setInt(ATTRIBUTE_COUNT, 1);
            }
            Memory places = hold(values.size() * (long) Native.POINTER_SIZE);
            for (int i = 0; i < values.size(); i++) {
                held.add(values.get(i).place);
                places.setPointer(i * (long) Native.POINTER_SIZE, values.get(i).place);
            }
            this.arguments = new Object[] {config, function, places, Pointer.NULL};
        }

        private Memory hold(long bytes) {
            Memory memory = new Memory(bytes);
            memory.clear();
            held.add(memory);
            return memory;
        }

        /** How many blocks there are. */
        public Launch grid(int x, int y, int z) {
            config.setInt(GRID, x);
            config.setInt(GRID + Integer.BYTES, y);
            config.setInt(GRID + 2 * Integer.BYTES, z);
            return this;
        }

        /** Bytes that a block shares, beside those that the kernel has by itself. */
        public Launch shared(int bytes) {
            config.setInt(SHARED, bytes);
            return this;
        }
    }
}
