package io.github.glimpse.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detection of CPU cores that this process shares: a CPU quota, a CPU affinity, or load of other processes. Reads Linux's
 * {@code /proc}; nothing is detected where it cannot be read.
 */
final class SharedCores {

    private static final Logger LOG = LoggerFactory.getLogger(SharedCores.class);
    private static final Pattern ALLOWED = Pattern.compile("(?m)^Cpus_allowed_list:\\s*(\\S+)$");
    private static final Pattern CORE = Pattern.compile("(?m)^cpu(\\d+) (.+)$");
    private static final int IDLE = 3;
    private static final int IO_WAIT = 4;
    /** Times of guests, which follow, are part of the others. */
    private static final int STEAL = 7;
    /** Of {@code /proc/self/stat}, counted from the state, which follows the command's name. */
    private static final int USER_TIME = 11;

    private final Path proc;

    SharedCores(Path proc) {
        this.proc = proc;
    }

    /**
     * CPU time since the machine's start, in clock ticks.
     *
     * @param all of all allowed cores, idle time included
     * @param busy of all allowed cores, used or taken by the machine's host
     * @param own of this process
     * @param cores number of allowed cores
     */
    record Ticks(long all, long busy, long own, int cores) {

        /** Cores that other processes used between two readings, on average; 0 if the allowed cores have changed. */
        static double otherCores(Ticks before, Ticks after) {
            if (before.cores != after.cores) {
                return 0;
            }
            double elapsed = (double) (after.all - before.all) / after.cores;
            return elapsed <= 0 ? 0 : (after.busy - before.busy - (after.own - before.own)) / elapsed;
        }
    }

    /**
     * Reason why this process may not use all cores; empty if it may, or if that is unknown.
     *
     * @param processors processors that the JVM counts, which knows of quotas
     */
    Optional<String> limit(int processors) {
        try {
            int allowed = allowedCores().cardinality();
            int all = cores(read("stat"), null).cores();
            if (processors < allowed) {
                return Optional.of("the JVM counts " + processors + " of " + allowed + " cores");
            }
            return allowed < all
                    ? Optional.of("the process may use " + allowed + " of " + all + " cores")
                    : Optional.empty();
        } catch (IOException | RuntimeException e) {
            LOG.debug("Limits of the cores are unknown: {}", e.toString());
            return Optional.empty();
        }
    }

    /** Reads the counters of the cores that this process may use. */
    Ticks ticks() throws IOException {
        Ticks cores = cores(read("stat"), allowedCores());
        String self = read("self/stat");
        // The command's name, in parentheses, may contain anything.
        String[] fields = self.substring(self.lastIndexOf(')') + 1).strip().split("\\s+", -1);
        long own = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[USER_TIME + 1]);
        return new Ticks(cores.all(), cores.busy(), own, cores.cores());
    }

    private String read(String name) throws IOException {
        return Files.readString(proc.resolve(name));
    }

    private static Ticks cores(String stat, @Nullable BitSet allowed) {
        long all = 0;
        long busy = 0;
        int count = 0;
        for (Matcher core = CORE.matcher(stat); core.find(); ) {
            if (allowed != null && !allowed.get(Integer.parseInt(core.group(1)))) {
                continue;
            }
            count++;
            String[] times = core.group(2).strip().split("\\s+", -1);
            for (int i = 0; i < Math.min(times.length, STEAL + 1); i++) {
                long ticks = Long.parseLong(times[i]);
                all += ticks;
                busy += i == IDLE || i == IO_WAIT ? 0 : ticks;
            }
        }
        return new Ticks(all, busy, 0, count);
    }

    /** Numbers of the cores that this process may use, as in {@code 0-3,8}. */
    private BitSet allowedCores() throws IOException {
        Matcher allowed = ALLOWED.matcher(read("self/status"));
        if (!allowed.find()) {
            throw new IOException("no Cpus_allowed_list in " + proc.resolve("self/status"));
        }
        BitSet cores = new BitSet();
        for (String range : allowed.group(1).split(",", -1)) {
            String[] ends = range.split("-", -1);
            cores.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
        }
        return cores;
    }
}
