package io.github.glimpse.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What memory a machine has left for native work: what the kernel says is available, or what the limit of a container leaves of
 * it, less what the Java heap may still take.
 */
final class FreeMemory {

    private static final long UNKNOWN = Long.MAX_VALUE;
    private static final long KIB = 1024;

    private final Path root;

    /** Reads below this folder, which is {@code /} but for tests. */
    FreeMemory(Path root) {
        this.root = root;
    }

    /**
     * Bytes that are left; negative if the system does not tell.
     *
     * @param heapToCome what the Java heap may grow by
     */
    long bytes(long heapToCome) {
        long available = Math.min(available("MemAvailable"), leftOfGroups());
        return available == UNKNOWN ? -1 : Math.max(0, available - heapToCome);
    }

    /** Bytes of the machine, or of the container; negative if the system does not tell. */
    long all() {
        long all = Math.min(available("MemTotal"), limit());
        return all == UNKNOWN ? -1 : all;
    }

    private long available(String key) {
        for (String line : lines("proc/meminfo")) {
            if (line.startsWith(key + ":")) {
                String[] words = line.split("\\s+", -1);
                return words.length > 1 ? parsed(words[1], KIB) : UNKNOWN;
            }
        }
        return UNKNOWN;
    }

    private long limit() {
        long least = parsed(first("sys/fs/cgroup/memory/memory.limit_in_bytes"), 1);
        for (String group : groups()) {
            least = Math.min(least, parsed(first(group + "/memory.max"), 1));
        }
        return least;
    }

    private long leftOfGroups() {
        long left = left(
                first("sys/fs/cgroup/memory/memory.limit_in_bytes"),
                first("sys/fs/cgroup/memory/memory.usage_in_bytes"),
                "sys/fs/cgroup/memory/memory.stat",
                "total_inactive_file");
        for (String group : groups()) {
            left = Math.min(
                    left,
                    left(
                            first(group + "/memory.max"),
                            first(group + "/memory.current"),
                            group + "/memory.stat",
                            "inactive_file"));
        }
        return left;
    }

    /** Of a group: pages of files that nobody uses are given back when memory is short. */
    private long left(String limit, String used, String statistics, String idle) {
        long most = parsed(limit, 1);
        long now = parsed(used, 1);
        if (most == UNKNOWN || now == UNKNOWN) {
            return UNKNOWN;
        }
        long files = 0;
        for (String line : lines(statistics)) {
            if (line.startsWith(idle + " ")) {
                files = parsed(line.substring(idle.length() + 1), 1);
            }
        }
        return Math.max(0, most - Math.max(0, now - files));
    }

    /** The process's own group and those above it, innermost first. */
    private List<String> groups() {
        String own = lines("proc/self/cgroup").stream()
                .filter(line -> line.startsWith("0::"))
                .map(line -> line.substring("0::".length()))
                .findFirst()
                .orElse("/");
        List<String> groups = new ArrayList<>();
        for (Path group = Path.of(own).normalize(); group != null; group = group.getParent()) {
            groups.add("sys/fs/cgroup" + (group.toString().equals("/") ? "" : group));
        }
        return groups;
    }

    private static long parsed(String text, long unit) {
        try {
            long number = Long.parseLong(text.strip());
            // Version 1 writes a number that no machine has where there is no limit.
            return number < 0 || number > Long.MAX_VALUE / 2 / unit ? UNKNOWN : number * unit;
        } catch (NumberFormatException e) {
            return UNKNOWN;
        }
    }

    private String first(String file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? "" : lines.get(0);
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(root.resolve(file));
        } catch (IOException e) {
            return List.of();
        }
    }
}
