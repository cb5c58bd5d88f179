package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.testing.TerminatedProcess;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Applications that are told to end (SIGTERM) while requests run on all threads. {@code -Dglimpse.terminations=60} for the long
 * run.
 */
@Thorough
@TestCategory.Soak(minutes = 0.5)
class TerminationTest {

    private static final int TIMES = Integer.getInteger("glimpse.terminations", 1);

    @TempDir
    private Path folder;

    @Test
    void anApplicationThatIsToldToEndInTheMiddleOfRequestsEndsWithoutACrash() throws IOException, InterruptedException {
        BusyApplication.write(folder);

        TerminatedProcess.terminate(BusyApplication.class, folder, TIMES, 2_000, 60);
    }
}
