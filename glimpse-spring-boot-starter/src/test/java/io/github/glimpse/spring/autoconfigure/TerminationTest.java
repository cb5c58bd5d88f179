package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Applications that are told to end (SIGTERM) while requests run on all threads. {@code -Dglimpse.terminations=60} for the long
 * run.
 */
class TerminationTest {

    /** What the shell gives for a process that a SIGTERM has ended: 128 and the number of the signal. */
    private static final int TERMINATED = 143;

    private static final int TIMES = Integer.getInteger("glimpse.terminations", 1);

    @TempDir
    private Path folder;

    @Test
    void anApplicationThatIsToldToEndInTheMiddleOfRequestsEndsWithoutACrash() throws IOException, InterruptedException {
        BusyApplication.write(folder);
        Random random = new Random(143);
        Map<Integer, Integer> codes = new TreeMap<>();
        for (int i = 0; i < TIMES; i++) {
            Process process = BusyApplication.start(folder);
            try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                StringBuilder told = new StringBuilder();
                String line = output.readLine();
                while (line != null && !line.equals(BusyApplication.READY)) {
                    told.append(line).append('\n');
                    line = output.readLine();
                }
                assertThat(line).as(told.toString()).isEqualTo(BusyApplication.READY);
                Thread.sleep(random.nextInt(2_000));
                process.toHandle().destroy();
                output.lines().forEach(rest -> told.append(rest).append('\n'));
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
                codes.merge(process.exitValue(), 1, Integer::sum);
                assertThat(folder.resolve("hs_err.log")).doesNotExist();
                assertThat(process.exitValue()).as(told.toString()).isEqualTo(TERMINATED);
            } finally {
                process.destroyForcibly();
            }
        }
        System.out.println("exit codes: " + codes);
    }
}
