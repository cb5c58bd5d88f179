package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

    @TempDir
    private Path folder;

    @Test
    void idleThreadsSleepAtOnceWhereTheJvmCountsFewerProcessors() throws Exception {
        Assumptions.assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one processor");

        assertThat(start(Map.of("JAVA_TOOL_OPTIONS", "-XX:ActiveProcessorCount=1")))
                .contains("OMP_WAIT_POLICY = 'PASSIVE'", spins("0"), "threads 1\n")
                .containsPattern("policy OMP_WAIT_POLICY=PASSIVE by default, since the JVM counts 1 of \\d+ cores");
    }

    /** Other tests may run beside this one, and then the policy is passive. */
    @Test
    void thePolicyAndItsReasonAreReported() throws Exception {
        String output = start(Map.of());

        // libgomp displays OMP_WAIT_POLICY = 'PASSIVE' for an unset policy too: only the spin count tells them apart.
        if (output.contains(spins("0"))) {
            assertThat(output).containsPattern("threads \\(OMP_WAIT_POLICY=PASSIVE by default, since \\w+");
        } else {
            assertThat(output)
                    .contains(spins(ThreadWaitPolicy.LIBGOMP_SPIN))
                    .contains("threads (GOMP_SPINCOUNT=300000 by default)");
        }
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

        assertThat(start(Map.of(), "load", libgomp.toString()))
                .contains(spins("300000"))
                .containsOnlyOnce("libgomp was loaded before Glimpse could choose OMP_WAIT_POLICY")
                .contains("set OMP_WAIT_POLICY=PASSIVE in the environment of the JVM")
                .contains("policy libgomp's default");
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
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.slf4j.simpleLogger.log." + TorchRuntime.class.getName() + "=info",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Start.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        // The tests themselves run with a policy.
        builder.environment().keySet().removeAll(List.of(ThreadWaitPolicy.POLICY, ThreadWaitPolicy.SPIN_COUNT));
        builder.environment().put("OMP_DISPLAY_ENV", "VERBOSE");
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS))
                    .as("ended within %d s", SECONDS)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    /** Starts the runtime, after libgomp if its file is given, and prints what it says of threads. */
    static final class Start {

        private Start() {}

        public static void main(String[] arguments) throws Exception {
            if (arguments.length > 1) {
                System.load(arguments[1]);
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
