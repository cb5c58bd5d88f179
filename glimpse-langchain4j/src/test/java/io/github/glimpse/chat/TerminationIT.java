package io.github.glimpse.chat;

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
 * Processes that are told to end (SIGTERM) while requests run on all threads and a model is being loaded.
 * {@code -Dglimpse.terminations=60} for the long run.
 */
class TerminationIT {

    /** What the shell gives for a process that a SIGTERM has ended: 128 and the number of the signal. */
    private static final int TERMINATED = 143;

    private static final int TIMES = Integer.getInteger("glimpse.terminations", 2);

    @TempDir
    private Path folder;

    @Test
    void aProcessThatIsToldToEndInTheMiddleOfRequestsEndsWithoutACrash() throws IOException, InterruptedException {
        BusyProcess.write(folder);
        Random random = new Random(143);
        Map<Integer, Integer> codes = new TreeMap<>();
        for (int i = 0; i < TIMES; i++) {
            Process process = BusyProcess.start(folder);
            try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                StringBuilder told = new StringBuilder();
                String line = output.readLine();
                while (line != null && !line.equals(BusyProcess.READY)) {
                    told.append(line).append('\n');
                    line = output.readLine();
                }
                assertThat(line).as(told.toString()).isEqualTo(BusyProcess.READY);
                Thread.sleep(random.nextInt(1_000));
                process.toHandle().destroy();
                output.lines().forEach(rest -> told.append(rest).append('\n'));
                assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
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
