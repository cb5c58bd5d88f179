package io.github.glimpse.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A process that asks a model all the time, and is told to end (SIGTERM) in the middle of it. */
public final class TerminatedProcess {

    /** The line that says that requests are under way. */
    public static final String READY = "ready";

    /** What the shell gives for a process that a SIGTERM has ended: 128 and the number of the signal. */
    private static final int TERMINATED = 143;

    private static final long PAUSE_NANOS = 1_000_000;

    private TerminatedProcess() {}

    /** Plans the model of such a process: its steps take long enough for a native call to be under way at nearly any time. */
    public static RandomModelFolder model() {
        return RandomModelFolder.ofShape("qwen2.5-vl-tiny").decoder(2048, 2, 16, 2, 8192);
    }

    /**
     * Runs a class that prints {@link #READY} and goes on for ever, and ends it, some times; fails if it does not end by the
     * signal.
     *
     * @param main gets the model's folder as its argument
     * @param folder has the model in {@code model}
     * @param longest most milliseconds between ready and the signal
     * @param seconds that it may take to end
     */
    public static void terminate(Class<?> main, Path folder, int times, int longest, long seconds)
            throws IOException, InterruptedException {
        Random random = new Random(143);
        Map<Integer, Integer> codes = new TreeMap<>();
        for (int i = 0; i < times; i++) {
            Process process = start(main, folder);
            try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                StringBuilder told = new StringBuilder();
                String line = output.readLine();
                while (line != null && !line.equals(READY)) {
                    told.append(line).append('\n');
                    line = output.readLine();
                }
                assertThat(line).as(told.toString()).isEqualTo(READY);
                Thread.sleep(random.nextInt(longest));
                process.toHandle().destroy();
                output.lines().forEach(rest -> told.append(rest).append('\n'));
                assertThat(process.waitFor(seconds, TimeUnit.SECONDS)).isTrue();
                codes.merge(process.exitValue(), 1, Integer::sum);
                assertThat(folder.resolve("hs_err.log")).doesNotExist();
                assertThat(process.exitValue()).as(told.toString()).isEqualTo(TERMINATED);
            } finally {
                process.destroyForcibly();
            }
        }
        System.out.println("exit codes: " + codes);
    }

    private static Process start(Class<?> main, Path folder) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ErrorFile=" + folder.resolve("hs_err.log"),
                "-XX:-CreateCoredumpOnCrash",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                folder.resolve("model").toString());
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Does some work over and over, on a thread of its own. */
    public static void endlessly(Runnable work) {
        new Thread(() -> {
                    while (true) {
                        try {
                            work.run();
                        } catch (RuntimeException | AssertionError e) {
                            // The queue was full, or all is over: the next try will tell.
                            LockSupport.parkNanos(PAUSE_NANOS);
                        }
                    }
                })
                .start();
    }
}
