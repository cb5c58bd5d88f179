package io.github.glimpse.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntSupplier;

/**
 * Many requests, each of which must give its tensors back. {@code -Dglimpse.memory.requests=2000} for the long run, which
 * compares resident memory too: early requests still prepare kernels.
 */
public final class MemoryRun {

    private static final int REQUESTS = Integer.getInteger("glimpse.memory.requests", Sample.count(30, 300));
    private static final int LONG_RUN = 2_000;

    private MemoryRun() {}

    /**
     * Asks.
     *
     * @param name of what is asked, for the line with the resident sizes
     * @param live tensors alive now
     * @param request one of changing size
     */
    public static void check(String name, IntSupplier live, Runnable request) throws IOException {
        request.run();
        int before = live.getAsInt();
        long[] largest = new long[4];
        for (int i = 0; i < REQUESTS; i++) {
            request.run();
            assertThat(live.getAsInt()).as("after request %s", i).isEqualTo(before);
            int quarter = 4 * i / REQUESTS;
            largest[quarter] = Math.max(largest[quarter], ResidentMemory.kilobytes());
        }
        System.out.println(name + ": resident, largest of each quarter in KB: " + Arrays.toString(largest));
        if (REQUESTS >= LONG_RUN) {
            assertThat((double) largest[3] / largest[1]).isLessThan(1.02);
        }
    }
}
