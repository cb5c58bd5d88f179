package com.example.tests.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.testing.ResidentMemory;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * HTTP soak: good, invalid, cancelled, slow and disconnecting clients with two API keys against a server process with the embedded
 * model. Asserts that the clients' counts equal the server's meters, that resident memory of the server is flat, and that no thread,
 * file descriptor or slot is left. {@code -Dglimpse.soak.minutes=30} for the long run.
 */
class HttpSoakTest {

    private static final Duration LENGTH = Duration.ofMinutes(Long.getLong("glimpse.soak.minutes", 3));
    private static final int CLIENTS = 6;
    /** Growth of the mean resident memory from the second to the last quarter. */
    private static final double GROWTH = 0.02;
    /** Below this length the allocators and the JIT compilers have not settled by the second quarter. */
    private static final Duration SETTLED = Duration.ofMinutes(20);

    @Thorough
    @TestCategory.Soak(minutes = 3, property = "glimpse.soak.minutes")
    @Test
    void countsEqualMetersAndMemoryThreadsAndDescriptorsStayFlat() throws Exception {
        Process server = start();
        try {
            SoakClients clients = new SoakClients(port(server));
            // The first requests load classes, compile programs and fill pools.
            clients.warmUp();
            List<Usage> samples = new ArrayList<>();
            long end = System.nanoTime() + LENGTH.toNanos();
            ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    int number = i;
                    all.add(threads.submit(() -> {
                        clients.run(number, end);
                        return null;
                    }));
                }
                while (System.nanoTime() - end < 0) {
                    Thread.sleep(Math.min(5_000, LENGTH.toMillis() / 40));
                    assertThat(server.isAlive()).as("the server lives").isTrue();
                    samples.add(Usage.of(server));
                }
                for (Future<?> each : all) {
                    each.get(2, TimeUnit.MINUTES);
                }
            } finally {
                threads.shutdownNow();
            }
            clients.awaitIdle();
            Usage after = Usage.of(server);
            List<Usage> second = quarter(samples, 1);
            List<Usage> last = quarter(samples, 3);
            System.out.println("soak of " + LENGTH + ": " + clients.outcomes() + "; meters " + clients.meters()
                    + "; mean resident memory " + (long) residentMean(second) / 1_000 + " MB in the second quarter, "
                    + (long) residentMean(last) / 1_000 + " MB in the last; " + most(second) + " at most, " + after
                    + " after the last request");

            clients.assertMetersEqualCounts();
            if (LENGTH.compareTo(SETTLED) >= 0) {
                assertThat(residentMean(last))
                        .as("resident memory, KB")
                        .isLessThan(residentMean(second) * (1 + GROWTH));
            }
            assertThat(after.descriptors())
                    .as("file descriptors")
                    .isLessThanOrEqualTo(most(second).descriptors());
            assertThat(after.threads())
                    .as("threads")
                    .isLessThanOrEqualTo(most(second).threads());
        } finally {
            server.getOutputStream().close();
            if (!server.waitFor(1, TimeUnit.MINUTES)) {
                server.destroyForcibly();
            }
        }
        assertThat(server.exitValue()).isZero();
    }

    /** Resident memory in KB, threads and open file descriptors of a process. */
    private record Usage(long resident, int threads, int descriptors) {

        static Usage of(Process process) throws IOException {
            return new Usage(ResidentMemory.kilobytes(process.pid()), entries(process, "task"), entries(process, "fd"));
        }

        private static int entries(Process process, String folder) throws IOException {
            try (Stream<Path> entries = Files.list(Path.of("/proc", String.valueOf(process.pid()), folder))) {
                return (int) entries.count();
            }
        }
    }

    private static Process start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // The whole heap is resident from the start, so that resident memory grows by native memory only.
                "-Xms384m",
                "-Xmx384m",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                SoakServer.class.getName());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Map<String, String> environment = builder.environment();
        environment.put("DJL_OFFLINE", "true");
        return builder.start();
    }

    private static int port(Process server) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(SoakServer.PORT_LINE)) {
                Thread drain = new Thread(() -> lines.lines().forEach(System.out::println), "soak-server-output");
                drain.setDaemon(true);
                drain.start();
                return Integer.parseInt(line.substring(SoakServer.PORT_LINE.length()));
            }
            System.out.println(line);
        }
        throw new AssertionError("the server ended before it listened");
    }

    private static List<Usage> quarter(List<Usage> samples, int number) {
        int size = samples.size() / 4;
        return samples.subList(number * size, (number + 1) * size);
    }

    private static double residentMean(List<Usage> samples) {
        return samples.stream().mapToLong(Usage::resident).average().orElseThrow();
    }

    private static Usage most(List<Usage> samples) {
        return samples.stream()
                .reduce((a, b) -> new Usage(
                        Math.max(a.resident, b.resident),
                        Math.max(a.threads, b.threads),
                        Math.max(a.descriptors, b.descriptors)))
                .orElseThrow();
    }
}
