package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Main class of a process that opens, renders and reads hostile files, then a good one, and prints what became of each:
 * a line for each file, and the threads and processes that still run. Arguments: a folder, a time limit in
 * milliseconds, and names of files.
 */
final class PdfAttackReader {

    private static final long SETTLE_MILLIS = 20_000;

    private PdfAttackReader() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        DocumentLimits limits =
                DocumentLimits.defaults().withTimePerPage(Duration.ofMillis(Long.parseLong(arguments[1])));
        Map<String, byte[]> files = PdfAttacks.all();
        for (String name : List.of(arguments).subList(2, arguments.length)) {
            byte[] file = Objects.requireNonNull(files.get(name), name);
            System.out.println(name + ": " + read(name, file, limits));
        }
        byte[] good = PdfFiles.pages(List.of(List.of("Order Z79")));
        System.out.println("good: " + read("good", good, DocumentLimits.defaults()));
        System.out.println("still running: " + stillRunning());
        System.exit(0);
    }

    private static String read(String name, byte[] file, DocumentLimits limits) {
        StringBuilder result = new StringBuilder();
        try (PdfPages pages = PdfPages.open(file, name, limits)) {
            result.append(outcome(() -> pages.render(1, 144)));
            result.append(' ').append(outcome(() -> pages.words(1)));
        } catch (InvalidDocumentException e) {
            result.append(e.reason());
        }
        return result.toString();
    }

    private static String outcome(Runnable work) {
        try {
            work.run();
            return "read";
        } catch (InvalidDocumentException e) {
            return e.reason().name();
        }
    }

    /** Threads and processes of documents that stay, other than processes that wait for the next document. */
    private static String stillRunning() throws InterruptedException {
        long end = System.nanoTime() + Duration.ofMillis(SETTLE_MILLIS).toNanos();
        while (true) {
            List<Thread> threads = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("glimpse-document"))
                    .toList();
            List<ProcessHandle> processes;
            try (Stream<ProcessHandle> all = ProcessHandle.current().descendants()) {
                processes = all.filter(ProcessHandle::isAlive).toList();
            }
            if ((threads.isEmpty() && processes.size() <= 1) || System.nanoTime() > end) {
                return threads.size() + " threads, " + Math.max(0, processes.size() - 1) + " processes";
            }
            Thread.sleep(50);
        }
    }
}
