package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Wait policy of idle OpenMP threads, as libgomp reports it when it is loaded: each case in a process of its own. */
@EnabledOnOs(OS.LINUX)
class ThreadWaitPolicyIT {

    private static final long SECONDS = 120;
    private static final int MOST_WINDOWS = 20;
    private static final String LIBGOMP_SPINS = "300000";
    private static final String THROTTLED = "libgomp's default, throttled while other processes use the cores";

    @TempDir
    private Path folder;

    @Test
    void idleThreadsSleepAtOnceWhereTheJvmCountsFewerProcessors() throws Exception {
        Assumptions.assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one processor");

        assertThat(start(Map.of("JAVA_TOOL_OPTIONS", "-XX:ActiveProcessorCount=1")))
                .contains("OMP_WAIT_POLICY = 'PASSIVE'", spins("0"), "threads 1\n")
                .containsPattern("policy OMP_WAIT_POLICY=PASSIVE by default, since the JVM counts 1 of \\d+ cores");
    }

    @Test
    void thePolicyAndItsReasonAreReported() throws Exception {
        Assumptions.assumeTrue(limit().isEmpty(), () -> limit().orElseThrow());

        assertThat(start(Map.of()))
                .contains(spins(LIBGOMP_SPINS))
                .contains("threads (" + THROTTLED + ")")
                .contains("policy " + THROTTLED);
    }

    /** Sleeps of threads show it: each region ends with one where idle threads sleep at once. */
    @Test
    void loadThatBeginsAfterTheStartTurnsTheThrottleOnUntilItEnds() throws Exception {
        Assumptions.assumeTrue(limit().isEmpty(), () -> limit().orElseThrow());
        Process process = process(Map.of(), "load-later")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader states = process.inputReader(StandardCharsets.UTF_8)) {
            Process load = new ProcessBuilder("sh", "-c", "while kill -0 $PPID; do :; done").start();
            try {
                String on = await(states, true);
                assertThat(sleeps(on)).as(on).isGreaterThanOrEqualTo(Start.REGIONS);
            } finally {
                load.destroyForcibly().waitFor();
            }
            String off = await(states, false);
            assertThat(sleeps(off)).as(off).isLessThan(Start.REGIONS);
        } finally {
            process.destroyForcibly();
        }
    }

    /**
     * First line of a state. Fails where the load asks for the state in many consecutive windows; skips the test where
     * other processes use the cores for the whole time after the load has ended.
     */
    private static String await(BufferedReader states, boolean on) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        int windows = 0;
        for (String line = states.readLine(); line != null; line = states.readLine()) {
            if (line.startsWith("throttled " + on)) {
                return line;
            }
            double others = Double.parseDouble(line.split(" ", -1)[2]);
            boolean due = on ? others >= 2 * ContentionRule.HIGH : others < ContentionRule.LOW;
            windows = due ? windows + 1 : 0;
            assertThat(windows)
                    .as("windows that ask for another state: %s", line)
                    .isLessThan(MOST_WINDOWS);
            boolean late = System.nanoTime() > end;
            Assumptions.assumeFalse(late && !on, "other processes use the cores: " + line);
            assertThat(late).as("throttled within %d s: %s", SECONDS, line).isFalse();
        }
        throw new AssertionError("the process has ended");
    }

    private static int sleeps(String state) {
        return Integer.parseInt(state.split(" ", -1)[3]);
    }

    private static Optional<String> limit() {
        int processors = Runtime.getRuntime().availableProcessors();
        return processors == 1 ? Optional.of("one processor") : new SharedCores(Path.of("/proc")).limit(processors);
    }

    @Test
    void theOperatorsPolicyStays() throws Exception {
        assertThat(start(Map.of(ThreadWaitPolicy.POLICY, "ACTIVE")))
                .contains("OMP_WAIT_POLICY = 'ACTIVE'")
                .contains(spins("30000000000"))
                .contains("policy OMP_WAIT_POLICY=ACTIVE of the environment");
    }

    @Test
    void theOperatorsSpinCountStays() throws Exception {
        assertThat(start(Map.of(ThreadWaitPolicy.SPIN_COUNT, "77")))
                .contains(spins("77"))
                .contains("policy GOMP_SPINCOUNT=77 of the environment");
    }

    @Test
    void aLibgompThatReadItsEnvironmentBeforeIsReportedWithTheNextStep() throws Exception {
        Path libgomp;
        try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults());
                Stream<Path> files = Files.list(Path.of(runtime.facts().libraries()))) {
            libgomp = files.filter(file -> file.getFileName().toString().startsWith("libgomp"))
                    .findFirst()
                    .orElseThrow();
        }

        assertThat(start(Map.of("JAVA_TOOL_OPTIONS", "-XX:ActiveProcessorCount=1"), "load", libgomp.toString()))
                .contains(spins(LIBGOMP_SPINS))
                .containsOnlyOnce("libgomp was loaded before Glimpse could choose OMP_WAIT_POLICY")
                .contains("set OMP_WAIT_POLICY=PASSIVE in the environment of the JVM")
                .contains("policy libgomp's default\n");
    }

    @Test
    void anotherClassLoaderFindsTheSamePolicy() throws Exception {
        assertThat(start(Map.of("JAVA_TOOL_OPTIONS", "-XX:ActiveProcessorCount=1"), "again"))
                .contains("again OMP_WAIT_POLICY=PASSIVE by default")
                .doesNotContain("was loaded before");
    }

    private static String spins(String count) {
        return "GOMP_SPINCOUNT = '" + count + "'";
    }

    private String start(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Process process = process(environment, arguments)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS))
                    .as("ended within %d s", SECONDS)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    private static ProcessBuilder process(Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.slf4j.simpleLogger.log." + TorchRuntime.class.getName() + "=info",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Start.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        // The tests themselves run with a policy.
        builder.environment().keySet().removeAll(List.of(ThreadWaitPolicy.POLICY, ThreadWaitPolicy.SPIN_COUNT));
        builder.environment().put("OMP_DISPLAY_ENV", "VERBOSE");
        builder.environment().putAll(environment);
        return builder;
    }

    /** Starts the runtime, after libgomp if its file is given, and prints what it says of threads. */
    static final class Start {

        static final int REGIONS = 500;

        private static final Path TASKS = Path.of("/proc/self/task");
        private static final Pattern SLEEPS = Pattern.compile("(?m)^voluntary_ctxt_switches:\\s*(\\d+)$");

        private Start() {}

        public static void main(String[] arguments) throws Exception {
            if (arguments.length > 1) {
                System.load(arguments[1]);
            }
            if (arguments.length == 1 && arguments[0].equals("load-later")) {
                states();
            }
            try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults())) {
                System.out.println("policy " + runtime.facts().waitPolicy());
                System.out.println("threads " + runtime.threads());
                // Of the same process.
                TorchRuntime.start(RuntimeOptions.defaults()).close();
            }
            if (arguments.length == 1) {
                again();
            }
        }

        /** Prints until it is ended: the throttle's state, cores of other processes, sleeps of all threads. */
        private static void states() throws Exception {
            SharedCores cores = new SharedCores(Path.of("/proc"));
            try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults());
                    Graph graph = Graph.named("probe")
                            .with(ThreadWaitPolicyIT.class, "products")
                            .compile(runtime)) {
                for (SharedCores.Ticks last = cores.ticks(); !System.out.checkError(); ) {
                    boolean before = TorchRuntime.throttlesIdleThreads();
                    int sleepsBefore = sleeps();
                    for (int i = 0; i < REGIONS; i++) {
                        region(runtime, graph);
                    }
                    int sleeps = sleeps() - sleepsBefore;
                    boolean throttled = TorchRuntime.throttlesIdleThreads();
                    for (int i = 0; i < 10; i++) {
                        Thread.sleep(50);
                        region(runtime, graph);
                    }
                    SharedCores.Ticks now = cores.ticks();
                    double others = SharedCores.Ticks.otherCores(last, now);
                    last = now;
                    // A state that has changed meanwhile has no number of sleeps.
                    if (throttled == before) {
                        System.out.printf(Locale.ROOT, "throttled %s %.2f %d%n", throttled, others, sleeps);
                    }
                }
            }
        }

        private static void region(TorchRuntime runtime, Graph graph) {
            try (TensorScope scope = runtime.openScope()) {
                graph.call("ones")
                        .with(256)
                        .with(1024)
                        .with(Dtype.FLOAT32.code())
                        .run(scope);
            }
        }

        private static int sleeps() throws IOException {
            int sleeps = 0;
            try (Stream<Path> tasks = Files.list(TASKS)) {
                for (Path task : tasks.toList()) {
                    try {
                        Matcher found = SLEEPS.matcher(Files.readString(task.resolve("status")));
                        sleeps += found.find() ? Integer.parseInt(found.group(1)) : 0;
                    } catch (IOException e) {
                        // The thread has ended.
                    }
                }
            }
            return sleeps;
        }

        private static void again() throws Exception {
            List<URL> classPath = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                classPath.add(Path.of(entry).toUri().toURL());
            }
            try (URLClassLoader loader =
                    new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
                var choose = loader.loadClass(ThreadWaitPolicy.class.getName()).getDeclaredMethod("choose");
                choose.setAccessible(true);
                System.out.println("again " + choose.invoke(null));
            }
        }
    }
}
