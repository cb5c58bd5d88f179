package io.github.glimpse.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Folder with the files of Linux's {@code /proc} that {@link SharedCores} reads, for a machine of four cores. */
record ProcFolder(Path folder) {

    static final int CORES = 4;

    /**
     * Replaces the files.
     *
     * @param allowed cores that the process may use, as in {@code 0-3}
     * @param busyOfEach ticks in use of each core
     * @param idleOfEach idle ticks of each core
     * @param own ticks of this process
     */
    void write(String allowed, long busyOfEach, long idleOfEach, long own) throws IOException {
        Files.createDirectories(folder.resolve("self"));
        StringBuilder stat = new StringBuilder("cpu  1 1 1 1 1 1 1 1 0 0\n");
        for (int core = 0; core < CORES; core++) {
            stat.append("cpu")
                    .append(core)
                    .append(' ')
                    .append(busyOfEach)
                    .append(" 0 0 ")
                    .append(idleOfEach)
                    .append(" 7 0 0 0 5 5\n");
        }
        replace("self/status", "Name:\tjava\nCpus_allowed_list:\t" + allowed + "\n");
        replace("self/stat", "7 (a (b) c) S 1 1 1 0 -1 4194304 1 0 0 0 " + (own - 40) + " 40 0 0 20 0 9 0 1 1 1\n");
        replace("stat", stat + "intr 1 2\nctxt 3\n");
    }

    /** A reader never finds half of a file. */
    private void replace(String name, String content) throws IOException {
        Path whole = Files.writeString(folder.resolve(name + ".new"), content);
        Files.move(whole, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
