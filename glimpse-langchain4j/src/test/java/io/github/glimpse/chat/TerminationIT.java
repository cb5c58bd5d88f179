package io.github.glimpse.chat;

import io.github.glimpse.testing.TerminatedProcess;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that are told to end (SIGTERM) while requests run on all threads and a model is being loaded.
 * {@code -Dglimpse.terminations=60} for the long run.
 */
@Thorough
@TestCategory.Soak(minutes = 0.5)
class TerminationIT {

    private static final int TIMES = Integer.getInteger("glimpse.terminations", 2);

    @TempDir
    private Path folder;

    @Test
    void aProcessThatIsToldToEndInTheMiddleOfRequestsEndsWithoutACrash() throws IOException, InterruptedException {
        BusyProcess.write(folder);

        TerminatedProcess.terminate(BusyProcess.class, folder, TIMES, 1_000, 30);
    }
}
