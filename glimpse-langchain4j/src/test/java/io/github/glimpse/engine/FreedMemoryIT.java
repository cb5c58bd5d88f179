package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.testing.OwnProcess;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native memory that the C library keeps: in a process of its own, where nothing else takes any. */
@Thorough
@TestCategory.Memory
class FreedMemoryIT {

    private static final int TENSORS = 2_000;
    private static final int SIDE = 128;
    private static final long BYTES = 4L * TENSORS * SIDE * SIDE;

    @TempDir
    private Path folder;

    @Test
    void whatWasFreedBetweenTensorsThatStayGoesBack() throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "only Linux tells resident memory");
        assumeTrue(Files.exists(Path.of("/lib64/ld-linux-x86-64.so.2")), "other C libraries give nothing back");

        List<String> lines = OwnProcess.lines(Holes.class, 120, folder);

        long kept = Long.parseLong(lines.get(0));
        long given = Long.parseLong(lines.get(1));
        assertThat(kept - given).as("bytes that went back").isGreaterThan(BYTES / 4);
    }

    @Test
    void aLargeTensorGetsThePagesOfTheOneThatWasFreedBeforeIt() throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/self/stat")), "only Linux tells page faults");
        assumeTrue(Files.exists(Path.of("/lib64/ld-linux-x86-64.so.2")), "other C libraries have no such setting");
        assumeFalse(FreedMemory.isSet(System.getenv()), "somebody else has decided");

        List<String> lines = OwnProcess.lines(Repeated.class, 120, folder);

        assertThat(Long.parseLong(lines.get(0)))
                .as("page faults of " + Repeated.TENSORS + " tensors of " + Repeated.BYTES
                        + " bytes, one after the other")
                .isLessThan(Repeated.TENSORS * Repeated.BYTES / 4096 / 4);
    }

    /** What a step has read of its weights is remembered, and they are not kept by that. */
    @Test
    @RequiresHardware(HardwareFeature.ROW_KERNELS)
    void weightsThatAStepWasMultipliedByGoBack() throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "only Linux tells resident memory");

        List<String> lines = OwnProcess.lines(Forgotten.class, 120, folder);

        assertThat(lines.stream().map(Long::parseLong))
                .isNotEmpty()
                .as("resident bytes behind a layer of " + Forgotten.BYTES + ", and of half as many that are packed")
                .allMatch(bytes -> bytes < Forgotten.BYTES / 4);
    }

    @Test
    @RequiresHardware(HardwareFeature.X86_64)
    void threadsThatComputedHoldNoBuffersOfTheirOwn() throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "only Linux tells resident memory");
        assumeTrue(System.getenv(FreedMemory.MKL_BUFFERS) == null, "somebody else has decided");

        List<String> lines = OwnProcess.lines(ManyThreads.class, 120, folder);

        // seen: 0.3 to 0.5 MB each with the stack, 2 MB where MKL keeps its buffers
        assertThat(Long.parseLong(lines.get(0)))
                .as("resident bytes of " + ManyThreads.THREADS + " threads that have computed")
                .isLessThan(ManyThreads.THREADS * (1L << 20));
    }

    @Test
    void aCallThatIsBuiltAndNeverRunHoldsNothing() throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "only Linux tells resident memory");

        List<String> lines = OwnProcess.lines(Unfinished.class, 120, folder);

        assertThat(Long.parseLong(lines.get(0)))
                .as("resident bytes of " + Unfinished.CALLS + " calls with 16 MiB each")
                .isLessThan(Unfinished.CALLS * (16L << 20) / 4);
    }

    @Test
    void valuesThatWentIntoTensorsWaitForNoGarbageCollection() throws Exception {
        List<String> lines = OwnProcess.lines(Values.class, 120, folder);

        assertThat(Long.parseLong(lines.get(0)))
                .as("bytes of Java's own outside its heap behind " + Values.CALLS + " calls")
                .isLessThan(Values.CALLS * Float.BYTES * (long) Values.NUMBERS / 100);
    }

    @Test
    void whatTheEnvironmentSaysIsNotOverruled() {
        assertThat(FreedMemory.isSet(Map.of("MALLOC_TRIM_THRESHOLD_", "1"))).isTrue();
        assertThat(FreedMemory.isSet(Map.of("GLIBC_TUNABLES", "glibc.malloc.mmap_threshold=4096")))
                .isTrue();
        assertThat(FreedMemory.isSet(Map.of("GLIBC_TUNABLES", "glibc.malloc.check=1", "PATH", "/bin")))
                .isFalse();
    }

    /** Multiplies once on each of many threads, and prints how much resident memory that has left while they live. */
    static final class ManyThreads {

        static final int THREADS = 100;

        private ManyThreads() {}

        public static void main(String[] arguments) throws Exception {
            try (TorchRuntime runtime =
                            TorchRuntime.start(new RuntimeOptions("cpu", 2, RuntimeOptions.NativeDownload.FORBIDDEN));
                    Graph graph = Graph.named("batches")
                            .with(FreedMemoryIT.class, "batches")
                            .compile(runtime)) {
                multiply(runtime, graph);
                long before = resident();
                CountDownLatch computed = new CountDownLatch(THREADS);
                CountDownLatch end = new CountDownLatch(1);
                for (int i = 0; i < THREADS; i++) {
                    Thread thread = new Thread(() -> {
                        multiply(runtime, graph);
                        computed.countDown();
                        try {
                            end.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    });
                    thread.setDaemon(true);
                    thread.start();
                }
                computed.await();
                FreedMemory.giveBack();
                System.out.println(resident() - before);
                end.countDown();
            }
        }

        private static void multiply(TorchRuntime runtime, Graph graph) {
            try (TensorScope scope = runtime.openScope()) {
                graph.call("multiply").with(512).run(scope);
            }
        }
    }

    /** Begins calls whose next argument cannot be made, as with a full heap, and prints how much resident memory that has left. */
    static final class Unfinished {

        static final int CALLS = 30;

        private Unfinished() {}

        public static void main(String[] arguments) throws IOException {
            try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults());
                    Graph graph = Graph.named("probe")
                            .with(FreedMemoryIT.class, "products")
                            .compile(runtime)) {
                long before = resident();
                for (int i = 0; i < CALLS; i++) {
                    try (TensorScope scope = runtime.openScope()) {
                        NDArray large = graph.call("ones")
                                .with(4096)
                                .with(1024)
                                .with(Dtype.FLOAT32.code())
                                .run(scope);
                        var unused = graph.call("plain").with(large).with(List.of(large));
                    }
                }
                FreedMemory.giveBack();
                System.out.println(resident() - before);
            }
        }
    }

    /** Hands values and numbers to a text, and prints the bytes of buffers outside the heap that were left to the garbage collector. */
    static final class Values {

        static final int CALLS = 500;
        static final int NUMBERS = 1_000;

        private Values() {}

        public static void main(String[] arguments) throws IOException {
            try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults());
                    Graph graph = Graph.named("probe")
                            .with(FreedMemoryIT.class, "products")
                            .compile(runtime)) {
                call(runtime, graph);
                long before = outsideTheHeap();
                for (int i = 0; i < CALLS; i++) {
                    call(runtime, graph);
                }
                System.out.println(outsideTheHeap() - before);
            }
        }

        private static void call(TorchRuntime runtime, Graph graph) {
            try (TensorScope scope = runtime.openScope()) {
                NDArray values = scope.floats(new float[NUMBERS], 1, NUMBERS);
                scope.longs(new long[NUMBERS], NUMBERS);
                graph.call("ones").with(4).with(4).with(Dtype.FLOAT32.code()).run(scope);
                graph.call("plain").with(values).with(values).run(scope);
            }
        }

        private static long outsideTheHeap() {
            return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .mapToLong(BufferPoolMXBean::getMemoryUsed)
                    .sum();
        }
    }

    /** Makes and frees the same large tensor again and again, and prints the page faults of it. */
    static final class Repeated {

        static final long BYTES = 48L << 20;
        static final long TENSORS = 60;

        private Repeated() {}

        public static void main(String[] arguments) throws IOException {
            // One fault for two megabytes would be too few to count.
            CLibrary.call("setenv", LargePages.VARIABLE, "0", 1);
            try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults());
                    Graph graph = Graph.named("probe")
                            .with(FreedMemoryIT.class, "products")
                            .compile(runtime)) {
                // An area that holds nothing but such a tensor goes away with it, until something smaller lies there
                // too: after 5 to 15 of them.
                for (int i = 0; i < TENSORS; i++) {
                    make(runtime, graph);
                }
                long before = faults();
                for (int i = 0; i < TENSORS; i++) {
                    make(runtime, graph);
                }
                System.out.println(faults() - before);
            }
        }

        private static void make(TorchRuntime runtime, Graph graph) {
            try (TensorScope scope = runtime.openScope()) {
                graph.call("ones")
                        .with(BYTES / 4 / 1024)
                        .with(1024)
                        .with(Dtype.FLOAT32.code())
                        .run(scope);
            }
        }

        private static long faults() throws IOException {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            Scanner fields = new Scanner(stat.substring(stat.lastIndexOf(')') + 2));
            for (int i = 0; i < 7; i++) {
                fields.next();
            }
            return fields.nextLong();
        }
    }

    /** Frees every tensor but one in a hundred, and prints the resident bytes before and after. */
    static final class Holes {

        private Holes() {}

        public static void main(String[] arguments) throws IOException {
            try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults());
                    Graph graph = Graph.named("probe")
                            .with(FreedMemoryIT.class, "products")
                            .compile(runtime);
                    TensorScope lasting = runtime.openScope()) {
                List<TensorScope> scopes = new ArrayList<>();
                for (int i = 0; i < TENSORS; i++) {
                    TensorScope scope = i % 100 == 0 ? lasting : runtime.openScope();
                    graph.call("ones")
                            .with(SIDE)
                            .with(SIDE)
                            .with(Dtype.FLOAT32.code())
                            .run(scope);
                    if (scope != lasting) {
                        scopes.add(scope);
                    }
                }
                scopes.forEach(TensorScope::close);
                long kept = resident();
                FreedMemory.giveBack();
                System.out.println(kept);
                System.out.println(resident());
            }
        }
    }

    /** Prints how much resident memory a row through a large layer has left. */
    static final class Forgotten {

        static final long BYTES = 3L * 262_144 * 64 * Float.BYTES;

        private Forgotten() {}

        public static void main(String[] arguments) throws IOException {
            try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults());
                    Graph graph = Graph.named("step rows")
                            .with(StepRowsIT.class, "step-rows")
                            .compile(runtime)) {
                if (runtime.multipliesRows()) {
                    forget(graph, false, runtime);
                }
                if (runtime.multipliesFewRows()) {
                    forget(graph, true, runtime);
                }
            }
        }

        private static void forget(Graph graph, boolean packed, TorchRuntime runtime) throws IOException {
            long before = resident();
            try (TensorScope scope = runtime.openScope()) {
                graph.call("forgotten").with(packed).run(scope);
            }
            FreedMemory.giveBack();
            System.out.println(resident() - before);
        }
    }

    static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("RssAnon"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }
}
