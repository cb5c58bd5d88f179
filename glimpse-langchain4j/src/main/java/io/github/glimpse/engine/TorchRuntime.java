package io.github.glimpse.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.NativeLibraryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The native library, loaded once per process and checked: DJL, its JNI library and libtorch must fit each other, because
 * compute text uses operators of one release. Safe for concurrent use.
 */
public final class TorchRuntime implements AutoCloseable {

    /** The libtorch release that the compute text is written for. */
    public static final String LIBTORCH_VERSION = "2.7.1";

    /** The DJL release whose JNI library fits {@link #LIBTORCH_VERSION}. */
    public static final String DJL_VERSION = "0.35.1";

    /** The system property that leaves out the kernels of our own, on a GPU and on a CPU. */
    public static final String NO_KERNELS = "glimpse.kernels.none";

    // DJL's switch for a stream of its own: nobody would wait for the work in it.
    private static final String OWN_STREAM = "ai.djl.pytorch.enable_cuda_stream";
    // What is left over is for what nobody counts: kernels that are kept, and the allocator's own.
    private static final int LEFT_PARTS = 5;
    private static final int LEAST_PART = 16;
    private static final int ROWS_OF_BLOCK = 64;
    private static final String INTERPRETERS_ERROR = "RuntimeError: ";

    private static final Logger LOG = LoggerFactory.getLogger(TorchRuntime.class);

    // Both settings belong to a thread of the native library, and a new thread starts with gradients on.
    private static final ThreadLocal<Boolean> PREPARED = ThreadLocal.withInitial(() -> {
        JniUtils.setGradMode(false);
        JniUtils.setGraphExecutorOptimize(false);
        return true;
    });

    private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

    private static volatile @Nullable Path archives;

    // What the library chose itself; 0 until it has been loaded.
    private static int ownThreads;

    // What the last runtime was opened with, and which of it a thread was told: the library keeps the number by thread.
    private static volatile int threads;
    private static final ThreadLocal<Integer> TOLD = ThreadLocal.withInitial(() -> 0);
    private static final ThreadLocal<Boolean> ALONE = ThreadLocal.withInitial(() -> false);

    private final Device device;
    private final PtNDManager root;
    private final NativeFacts facts;
    private final Set<TensorScope> scopes = ConcurrentHashMap.newKeySet();
    // The probe's own texts are compiled before it has run.
    private NumericsProbe probe = NumericsProbe.NOTHING;

    private TorchRuntime(Device device, PtNDManager root, NativeFacts facts) {
        this.device = device;
        this.root = root;
        this.facts = facts;
    }

    /**
     * Loads the native library if this process has not done so yet, and checks it.
     *
     * @throws NativeLibraryException if it is missing, of another release, or has no such device; the message says what to add
     */
    public static TorchRuntime start(RuntimeOptions options) {
        if (Boolean.getBoolean(OWN_STREAM)) {
            throw new NativeLibraryException("The system property " + OWN_STREAM
                    + " is true: results would be read before they are made; take it away");
        }
        boolean gpuWanted = options.device().strip().toLowerCase(Locale.ROOT).startsWith("cuda");
        Engine engine = NativeLibrary.load(options.nativeDownload(), options.nativePath(), gpuWanted);
        setThreads(options.threads());
        ProcessExit.watch();
        PREPARED.get();
        NativeFacts facts = facts(options.device(), engine);
        String unused = facts.unusedGpu();
        // Once for all models of a process.
        if (unused != null && WARNED.add(unused)) {
            LOG.warn(
                    "Running on the CPU: libtorch {} in {} cannot use a GPU here ({}); see docs/guide/gpu.md, or set"
                            + " glimpse.device=cpu if that is meant",
                    facts.libtorch(),
                    facts.libraries(),
                    unused);
        }
        Device device = DeviceChoice.device(facts.device());
        TorchRuntime runtime = new TorchRuntime(device, (PtNDManager) engine.newBaseManager(device), facts);
        runtime.probe = NumericsProbe.run(runtime);
        LOG.info(
                "Native library ready: libtorch {}, device {}, {} threads ({}), bfloat16 packing {}, int8 products {},"
                        + " kernels of our own {}",
                facts.libtorch(),
                runtime.gpu()
                        .map(gpu -> runtime.deviceName() + " (" + gpu.name() + ")")
                        .orElseGet(runtime::deviceName),
                runtime.threads(),
                facts.waitPolicy(),
                available(runtime.probe.packs()),
                available(runtime.multipliesInt8()),
                available(runtime.multipliesRows() || runtime.multipliesFewRows()));
        return runtime;
    }

    /** Whether nobody has left kernels of our own out. */
    public static boolean mayUseOwnKernels() {
        return !Boolean.getBoolean(NO_KERNELS);
    }

    private static String available(boolean is) {
        return is ? "available" : "not available";
    }

    private static NativeFacts facts(String wanted, Engine engine) {
        CudaDriver driver = CudaDriver.open();
        String libraries = LibUtils.getLibtorchPath();
        boolean cuda = NativeFolder.hasCuda(Path.of(libraries));
        NativeFacts cpu = new NativeFacts(
                Engine.getDjlVersion(),
                LibUtils.getVersion(),
                libraries,
                cuda,
                driver.kernelModule().orElse(null),
                driver.cudaVersion().orElse(null),
                driver.failure().isEmpty() ? null : driver.failure(),
                driver.gpus(),
                "cpu",
                "",
                null,
                ThreadWaitPolicy.choose());
        try (TorchRuntime host =
                new TorchRuntime(Device.cpu(), (PtNDManager) engine.newBaseManager(Device.cpu()), cpu)) {
            DeviceChoice choice = DeviceChoice.of(wanted, cuda || driver.isThere(), gpu -> host.gpuFailure(gpu));
            return cpu.with(DeviceChoice.label(choice.device()), choice.reason(), choice.unusedGpu());
        }
    }

    /** Null if libtorch computes on this GPU, else what it says. */
    private @Nullable String gpuFailure(int gpu) {
        try (Graph graph =
                        Graph.named("device").with(TorchRuntime.class, "device").compile(this);
                TensorScope scope = openScope()) {
            HostValues.floats(graph.call("try_device").with("cuda:" + gpu).run(scope));
            return null;
        } catch (GlimpseException e) {
            String text = reason(e);
            return facts.cuda() ? text : "it was built for CPUs only: " + text;
        }
    }

    /** The first sentence behind the interpreter's trace. */
    static String reason(GlimpseException failure) {
        Throwable cause = failure.getCause();
        String message = String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
        int error = message.lastIndexOf(INTERPRETERS_ERROR);
        String text = error < 0 ? message : message.substring(error + INTERPRETERS_ERROR.length());
        return text.strip().split("\\R|(?<=\\.)\\s", 2)[0];
    }

    /** The number belongs to the process: without this the next model would take over what one before was told. */
    private static synchronized void setThreads(int threads) {
        if (ownThreads == 0) {
            ownThreads = JniUtils.getNumThreads();
        }
        // libtorch does not know of a container's CPU quota, Java does.
        int own = Math.min(ownThreads, Runtime.getRuntime().availableProcessors());
        TorchRuntime.threads = threads == RuntimeOptions.DEFAULT_THREADS ? own : threads;
        tellThisThread();
    }

    /** A thread that computed before keeps the number of then, and a new one takes the number that any thread was told last. */
    private static synchronized void tellThisThread() {
        tell(threads);
        TOLD.set(threads);
    }

    /** Asking has a new thread take the number now, and not that which another one may have been told before it computes. */
    private static void tell(int number) {
        JniUtils.setNumThreads(number);
        JniUtils.getNumThreads();
    }

    /** Opens a scope for one piece of work. The caller closes it. */
    public TensorScope openScope() {
        prepareThread();
        return new TensorScope(newManager(), scopes);
    }

    /** The device's name: {@code cpu} or {@code cuda:N}. */
    public String deviceName() {
        return DeviceChoice.label(device);
    }

    /** Whether tensors live on a GPU. */
    public boolean onGpu() {
        return device.isGpu();
    }

    /** The number of the GPU that tensors live on. */
    int gpuIndex() {
        return device.getDeviceId();
    }

    /** From now on all compute texts of this process are also written into a folder, as {@code NAME.pt} for PyTorch; null ends it. */
    public static void writeArchivesTo(@Nullable Path folder) {
        archives = folder;
    }

    static void archive(String name, GraphText text) {
        Path folder = archives;
        if (folder == null) {
            return;
        }
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve(name.replace(' ', '-') + ".pt"), text.archive());
        } catch (IOException e) {
            throw new NativeLibraryException(
                    "The compute text '" + name + "' cannot be written into " + folder + " (" + e
                            + "); check the folder's rights",
                    e);
        }
    }

    /** What was found at the start. */
    public NativeFacts facts() {
        return facts;
    }

    /** The GPU that this runs on, as far as the driver tells of it. */
    Optional<GpuDescription> gpu() {
        return facts.gpus().stream()
                .filter(gpu -> onGpu() && gpu.index() == device.getDeviceId())
                .findFirst();
    }

    /** Bytes of the GPU's memory that nobody has; -1 on a CPU and if the driver does not tell. */
    public long freeDeviceBytes() {
        return onGpu() ? CudaDriver.open().freeBytes(device.getDeviceId()) : -1;
    }

    /**
     * Memory that is left for requests, in bytes: four fifths of what the GPU, or the machine or its container beside the Java heap,
     * has left, and a sixteenth of all if that is more, since memory that others hold for a moment comes back; negative if
     * unknown.
     *
     * @param toCome bytes that weights will take yet
     */
    public long memoryLeft(long toCome) {
        if (onGpu()) {
            return freeDeviceBytes() < 0 ? -1 : share(freeDeviceBytes(), 0);
        }
        Runtime java = Runtime.getRuntime();
        FreeMemory memory = new FreeMemory(Path.of("/"));
        long left = memory.bytes(java.maxMemory() - java.totalMemory());
        return left < 0 ? -1 : share(Math.max(0, left - toCome), memory.all());
    }

    private static long share(long left, long all) {
        return Math.max(left / LEFT_PARTS * (LEFT_PARTS - 1), all / LEAST_PART);
    }

    /** Threads that one native operation uses. */
    public int threads() {
        return threads;
    }

    /** Native operations that have processors of their own beside each other, with as many threads each as were asked for. */
    public int placesAtOnce() {
        return onGpu() ? 1 : Math.max(1, ownThreads() / threads());
    }

    private static synchronized int ownThreads() {
        return ownThreads;
    }

    /** Whether this CPU has the packed bfloat16 products. */
    public boolean packsBfloat16() {
        return probe.packs();
    }

    /** Whether this CPU has products of 8 bits, exact ones, and the bfloat16 products that go beside them. */
    public boolean multipliesInt8() {
        return largestInt8() > 0;
    }

    /**
     * The largest weight of 8 bits whose products are exact: 127, or 64 on CPUs without VNNI, whose kernels add two products in 16 bits; 0
     * where there are none.
     */
    public int largestInt8() {
        return probe.largestInt8();
    }

    /**
     * Rows from which a plain bfloat16 product is slower than one in float32 with the weight converted on the fly, or
     * {@link Long#MAX_VALUE} where it never is: low on CPUs without packed bfloat16 products.
     */
    public long widenFromRows() {
        return probe.widenFromRows();
    }

    /** Whether this is a GPU that attends for several rows in one call where numbers have 16 bits, as they do from Ampere on. */
    public boolean attendsTogether() {
        return probe.attendsTogether();
    }

    /**
     * Whether this CPU's bfloat16 products are oneDNN's of AMX, whatever the rows: for few of them these read a weight faster that is laid out in
     * blocks of 32 outputs.
     */
    public boolean multipliesTiles() {
        return probe.multipliesTiles();
    }

    /** Whether {@link FewRows} multiplies few rows by packed weights. */
    boolean multipliesFewRows() {
        return probe.fewRows();
    }

    /** Whether {@link FewRows} multiplies any number of rows by packed weights, and oneDNN, which computes blocks of rows, none. */
    public boolean multipliesManyRows() {
        return probe.manyRows();
    }

    /** Whether rows by weights of bfloat16 and float32 that are not packed are multiplied together, each with the bits that it has alone. */
    public boolean multipliesRows() {
        return probe.plainRows();
    }

    /** Whether products by weights of bfloat16 have the same bits before and after these are packed. */
    public boolean multipliesAsPacked() {
        return probe.asPacked();
    }

    /**
     * The number of rows of a prompt that one product takes, so that a row has the same bits whatever rows are computed with it; 0 where
     * that holds for any number, as by BLAS. oneDNN chooses the order of its sums by the number of rows, for weights that are not packed:
     * float32 weights of many rows are multiplied by it on AMD's processors with AVX-512 only.
     */
    public int promptBlock(Dtype dtype) {
        boolean asPacked = dtype == Dtype.BFLOAT16 && multipliesAsPacked();
        boolean isFloat32 = dtype == Dtype.FLOAT32 || widenFromRows() < Long.MAX_VALUE;
        return onGpu() || asPacked || (isFloat32 && !probe.onednnManyRows()) ? 0 : ROWS_OF_BLOCK;
    }

    boolean onednnFloat32() {
        return probe.onednnFloat32();
    }

    /** Open scopes and the tensors in them; a request leaves this number as it found it. */
    public int liveResources() {
        return scopes.stream().mapToInt(TensorScope::liveResources).sum();
    }

    CompiledTexts.Compiled compiled(GraphText text) {
        return CompiledTexts.take(text, root);
    }

    PtNDManager newManager() {
        return (PtNDManager) root.newSubManager();
    }

    void prepareThread() {
        ThreadWaitPolicy.used();
        PREPARED.get();
        if (TOLD.get() != threads && !ALONE.get()) {
            tellThisThread();
        }
    }

    /**
     * Has this thread compute without others from now on. As soon as more than one thread of a process has had helpers, those of all of them sleep
     * between two products instead of looking out for the next one, for as long as these threads live.
     */
    static synchronized void computeAlone() {
        tell(1);
        ALONE.set(true);
    }

    /** Runs work in this thread with another number of threads per native operation, which other threads do not see. */
    static synchronized void withThreads(int number, Runnable work) {
        tell(number);
        try {
            work.run();
        } finally {
            tellThisThread();
        }
    }

    /** Threads of a native operation in this process; 0 before the first runtime. */
    static int operationThreads() {
        return threads;
    }

    /**
     * Whether idle OpenMP threads of this process sleep at once now, because other processes compete for the cores. Always
     * false where the {@linkplain NativeFacts#waitPolicy() wait policy} is fixed.
     */
    public static boolean throttlesIdleThreads() {
        return ThreadWaitPolicy.isThrottled();
    }

    /** A failure of a native call as ours: a full memory and a lost GPU are told from any other. */
    public static GlimpseException translate(String call, EngineException failure) {
        return NativeFailure.translated(call, failure);
    }

    /** Frees everything that was made in scopes of this runtime. The native library itself stays loaded. */
    @Override
    public void close() {
        root.close();
        FreedMemory.giveBack();
    }
}
