package io.github.glimpse.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.NativeLibraryException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

    private static final Logger LOG = LoggerFactory.getLogger(TorchRuntime.class);

    // Both settings belong to a thread of the native library, and a new thread starts with gradients on.
    private static final ThreadLocal<Boolean> PREPARED = ThreadLocal.withInitial(() -> {
        JniUtils.setGradMode(false);
        JniUtils.setGraphExecutorOptimize(false);
        return true;
    });

    // What the library chose itself; 0 until it has been loaded.
    private static int ownThreads;

    private final Device device;
    private final PtNDManager root;
    private final Set<TensorScope> scopes = ConcurrentHashMap.newKeySet();
    // The probe's own texts are compiled before it has run.
    private NumericsProbe probe = NumericsProbe.NOTHING;

    private TorchRuntime(Device device, PtNDManager root) {
        this.device = device;
        this.root = root;
        this.probe = NumericsProbe.run(this);
    }

    /**
     * Loads the native library if this process has not done so yet, and checks it.
     *
     * @throws NativeLibraryException if it is missing, of another release, or has no such device; the message says what to add
     */
    public static TorchRuntime start(RuntimeOptions options) {
        Engine engine = NativeLibrary.load(options.nativeDownload());
        Device device = DeviceChoice.of(options.device(), engine);
        setThreads(options.threads());
        PREPARED.get();
        TorchRuntime runtime = new TorchRuntime(device, (PtNDManager) engine.newBaseManager(device));
        LOG.info(
                "Native library ready: libtorch {}, device {}, {} threads, bfloat16 packing {}",
                LibUtils.getVersion(),
                runtime.deviceName(),
                JniUtils.getNumThreads(),
                runtime.probe.packs() ? "available" : "not available");
        return runtime;
    }

    /** The number belongs to the process: without this the next model would take over what one before was told. */
    private static synchronized void setThreads(int threads) {
        if (ownThreads == 0) {
            ownThreads = JniUtils.getNumThreads();
        }
        int wanted = threads == RuntimeOptions.DEFAULT_THREADS ? ownThreads : threads;
        if (wanted != JniUtils.getNumThreads()) {
            JniUtils.setNumThreads(wanted);
        }
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

    /** Threads that one native operation uses. */
    public int threads() {
        return JniUtils.getNumThreads();
    }

    /** Whether this CPU has the packed bfloat16 products. */
    public boolean packsBfloat16() {
        return probe.packs();
    }

    /**
     * Rows from which a plain bfloat16 product is slower than one in float32 with the weight converted on the fly, or
     * {@link Long#MAX_VALUE} where it never is. Measured at start; CPUs without bfloat16 instructions have a low number.
     */
    public long widenFromRows() {
        return probe.widenFromRows();
    }

    boolean onednnFloat32() {
        return probe.onednnFloat32();
    }

    /** Open scopes and the tensors in them; a request leaves this number as it found it. */
    public int liveResources() {
        return scopes.stream().mapToInt(TensorScope::liveResources).sum();
    }

    PtNDManager newManager() {
        return (PtNDManager) root.newSubManager();
    }

    void prepareThread() {
        PREPARED.get();
    }

    /** A failure of a native call as ours: a full memory and a lost GPU are told from any other. */
    public static GlimpseException translate(String call, EngineException failure) {
        return NativeFailure.translated(call, failure);
    }

    /** Frees everything that was made in scopes of this runtime. The native library itself stays loaded. */
    @Override
    public void close() {
        root.close();
    }
}
