package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PdfProcessTest {

    private static final DocumentLimits LIMITS = DocumentLimits.defaults();
    private static final long HANG_SECONDS = 120;

    @TempDir
    private Path temp;

    private static byte[] good() throws IOException {
        return PdfFiles.pages(List.of(List.of("Order Z79")));
    }

    private static Set<ProcessHandle> processes(ProcessHandle parent) {
        try (Stream<ProcessHandle> all = parent.descendants()) {
            return all.filter(ProcessHandle::isAlive).collect(Collectors.toSet());
        }
    }

    /** Opens a document and tells its process from those that wait for others, by a limit that only it has. */
    private static PdfPages open(long memoryBytes, AtomicReference<ProcessHandle> process) throws IOException {
        Set<ProcessHandle> before = processes(ProcessHandle.current());
        PdfPages pages = PdfPages.open(good(), "good.pdf", LIMITS.withMaxMemoryBytes(memoryBytes));
        Set<ProcessHandle> after = processes(ProcessHandle.current());
        after.removeAll(before);
        assertThat(after).hasSize(1);
        process.set(after.iterator().next());
        return pages;
    }

    private static void awaitEnd(ProcessHandle process)
            throws InterruptedException, ExecutionException, TimeoutException {
        process.onExit().get(HANG_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void aProcessReadsTheNextDocument() throws IOException {
        AtomicReference<ProcessHandle> process = new AtomicReference<>();
        open(201_000_000, process).close();

        try (PdfPages pages = PdfPages.open(good(), "good.pdf", LIMITS.withMaxMemoryBytes(201_000_000))) {
            Set<ProcessHandle> all = processes(ProcessHandle.current());
            process.get().destroyForcibly();

            assertThat(all).contains(process.get());
            assertThatThrownBy(() -> pages.words(1)).isInstanceOf(InvalidDocumentException.class);
        }
    }

    @Test
    void aProcessThatWasKilledIsAnErrorOfThatMomentAndTheNextDocumentIsRead() throws Exception {
        AtomicReference<ProcessHandle> process = new AtomicReference<>();
        try (PdfPages pages = open(202_000_000, process)) {
            process.get().destroyForcibly();
            awaitEnd(process.get());

            assertThatThrownBy(() -> pages.render(1, 72))
                    .isInstanceOfSatisfying(InvalidDocumentException.class, e -> assertThat(e.reason())
                            .isEqualTo(Reason.NOT_NOW))
                    .hasMessageContaining("exit code 137");
        }
        try (PdfPages pages = PdfPages.open(good(), "good.pdf", LIMITS.withMaxMemoryBytes(202_000_000))) {
            assertThat(pages.words(1)).hasSize(2);
        }
    }

    @Test
    void moreMemoryThanTheLimitIsAnErrorOfTheDocument() {
        byte[] file = PdfAttacks.largeFunction();

        try (PdfPages pages = PdfPages.open(file, "large.pdf", LIMITS.withMaxMemoryBytes(100_000_000))) {
            assertThatThrownBy(() -> pages.render(1, 72))
                    .isInstanceOfSatisfying(InvalidDocumentException.class, e -> assertThat(e.reason())
                            .isEqualTo(Reason.TOO_LARGE))
                    .hasMessageContaining("limit of 100000000 bytes")
                    .hasMessageContaining("maxMemoryBytes");
        }
    }

    @Test
    void aDocumentThatIsNotClosedGivesItsProcessBack() throws Exception {
        AtomicReference<ProcessHandle> process = new AtomicReference<>();
        openAndForget(process);

        long end = System.nanoTime() + Duration.ofSeconds(HANG_SECONDS).toNanos();
        while (process.get().isAlive() && System.nanoTime() < end) {
            System.gc();
            Thread.sleep(50);
        }

        assertThat(process.get().isAlive()).isFalse();
    }

    private static void openAndForget(AtomicReference<ProcessHandle> process) throws IOException {
        assertThat(open(203_000_000, process).count()).isEqualTo(1);
    }

    @Test
    void moreOpenDocumentsThanPlacesAreRefusedUntilOneIsClosed() throws IOException {
        List<PdfPages> open = new ArrayList<>();
        try {
            for (int place = 0; place < PdfProcesses.MAX_PROCESSES; place++) {
                open.add(PdfPages.open(good(), "good.pdf", LIMITS));
            }
            assertThatThrownBy(() -> PdfPages.open(
                            good(),
                            "more.pdf",
                            LIMITS.withTimePerPage(Duration.ofMillis(50)).withTimePerDocument(Duration.ofMillis(50))))
                    .isInstanceOfSatisfying(InvalidDocumentException.class, e -> assertThat(e.reason())
                            .isEqualTo(Reason.NOT_NOW))
                    .hasMessageContaining("as 4 PDF files were open");
            open.remove(0).close();
            open.add(PdfPages.open(good(), "more.pdf", LIMITS));
        } finally {
            open.forEach(PdfPages::close);
        }
    }

    @Test
    void theProcessHasOnlyTheEnvironmentThatAJavaRuntimeNeeds() throws IOException {
        AtomicReference<ProcessHandle> process = new AtomicReference<>();
        try (PdfPages pages = open(204_000_000, process)) {
            Path environment = Path.of("/proc/" + process.get().pid() + "/environ");
            assumeTrue(Files.exists(environment), "no /proc");

            assertThat(pages.count()).isEqualTo(1);
            assertThat(Files.readString(environment, StandardCharsets.UTF_8).split("\u0000"))
                    .filteredOn(each -> !each.isEmpty())
                    .allMatch(each -> each.matches("(?s)(PATH|HOME|LANG|LC_\\w+|TMPDIR|TMP|TEMP|LD_LIBRARY_PATH)=.*"));
        }
    }

    @Test
    void aProcessEndsWithItsApplicationThoughItComputes() throws Exception {
        Process application = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PdfAttackReader.class.getName(),
                        temp.toString(),
                        "600000",
                        "endless-mesh")
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("output.txt").toFile())
                .start();
        try {
            long end = System.nanoTime() + Duration.ofSeconds(HANG_SECONDS).toNanos();
            Set<ProcessHandle> readers = Set.of();
            while (readers.isEmpty() && application.isAlive() && System.nanoTime() < end) {
                readers = processes(application.toHandle());
                Thread.sleep(50);
            }
            assertThat(readers).hasSize(1);

            application.destroyForcibly();

            awaitEnd(readers.iterator().next());
        } finally {
            application.destroyForcibly();
        }
    }

    @Test
    void whereNoProcessCanBeStartedTheErrorSaysWhyAndThreadsStillRead() throws IOException {
        String home = System.getProperty("java.home");
        System.setProperty("java.home", temp.toString());
        try (PdfPages pages = PdfPages.open(good(), "good.pdf", LIMITS, PdfIsolation.THREAD)) {
            assertThatThrownBy(() -> PdfPages.open(good(), "good.pdf", LIMITS.withMaxMemoryBytes(205_000_000)))
                    .isInstanceOfSatisfying(InvalidDocumentException.class, e -> assertThat(e.reason())
                            .isEqualTo(Reason.NOT_NOW))
                    .hasMessageContaining("the Java runtime has no bin/java")
                    .hasMessageContaining("PdfIsolation.THREAD");
            assertThat(pages.words(1)).hasSize(2);
        } finally {
            System.setProperty("java.home", home);
        }
    }

    @Test
    void aRuntimeThatEndsAtOnceIsToldWithItsExitCode() throws IOException {
        Path java = Files.createDirectories(temp.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nexit 7\n");
        assumeTrue(java.toFile().setExecutable(true) && Files.isExecutable(Path.of("/bin/sh")), "no /bin/sh");
        String home = System.getProperty("java.home");
        System.setProperty("java.home", temp.toString());
        try {
            assertThatThrownBy(() -> PdfPages.open(good(), "good.pdf", LIMITS.withMaxMemoryBytes(207_000_000)))
                    .isInstanceOfSatisfying(InvalidDocumentException.class, e -> assertThat(e.reason())
                            .isEqualTo(Reason.NOT_NOW))
                    .hasMessageContaining("it ended with exit code 7");
        } finally {
            System.setProperty("java.home", home);
        }
    }

    @Test
    void aClosedDocumentDoesNotSpeakToTheProcessOfTheNext() throws IOException {
        PdfPages closed = PdfPages.open(good(), "closed.pdf", LIMITS.withMaxMemoryBytes(208_000_000));
        closed.close();
        closed.close();

        try (PdfPages pages = PdfPages.open(good(), "next.pdf", LIMITS.withMaxMemoryBytes(208_000_000))) {
            assertThatThrownBy(() -> closed.words(1)).hasMessageContaining("'closed.pdf' is closed");
            assertThat(pages.words(1)).hasSize(2);
        }
    }

    @Test
    void processesAndThreadsReadTheSame() throws IOException {
        try (PdfPages process = PdfPages.open(good(), "good.pdf", LIMITS);
                PdfPages thread = PdfPages.open(good(), "good.pdf", LIMITS, PdfIsolation.THREAD)) {
            assertThat(process.count()).isEqualTo(thread.count());
            assertThat(process.geometry(1)).isEqualTo(thread.geometry(1));
            assertThat(process.words(1)).isEqualTo(thread.words(1)).isNotEmpty();
            RenderedPage rendered = process.render(1, 100);
            assertThat(rendered.mapping()).isEqualTo(thread.render(1, 100).mapping());
            assertThat(rendered.image().rgb())
                    .isEqualTo(thread.render(1, 100).image().rgb());
        }
    }

    @Test
    void aProcessThatWasKilledWhileItWasIdleIsReplaced() throws IOException {
        AtomicReference<ProcessHandle> process = new AtomicReference<>();
        open(209_000_000, process).close();
        process.get().destroyForcibly();

        try (PdfPages pages = PdfPages.open(good(), "good.pdf", LIMITS.withMaxMemoryBytes(209_000_000))) {
            assertThat(pages.words(1)).hasSize(2);
        }
    }

    @Test
    void aProcessThatWasStoppedWhileItWasIdleIsReplaced() throws Exception {
        AtomicReference<ProcessHandle> process = new AtomicReference<>();
        open(210_000_000, process).close();
        assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "no kill");
        assertThat(new ProcessBuilder(
                                "/bin/kill",
                                "-STOP",
                                String.valueOf(process.get().pid()))
                        .start()
                        .waitFor())
                .isZero();

        try (PdfPages pages = PdfPages.open(good(), "good.pdf", LIMITS.withMaxMemoryBytes(210_000_000))) {
            assertThat(pages.words(1)).hasSize(2);
        }
        awaitEnd(process.get());
    }

    /** The fifth document has a place after a wait that is longer than the time of a page. */
    @Test
    void aDocumentWaitsForAPlaceLongerThanAPageMayTake() throws Exception {
        List<PdfPages> open = new ArrayList<>();
        try {
            for (int place = 0; place < PdfProcesses.MAX_PROCESSES; place++) {
                open.add(PdfPages.open(good(), "good.pdf", LIMITS));
            }
            byte[] file = good();
            CompletableFuture<Reason> fifth = CompletableFuture.supplyAsync(() -> {
                try (PdfPages pages = PdfPages.open(file, "more.pdf", LIMITS.withTimePerPage(Duration.ofMillis(1)))) {
                    return pages.count() == 1 ? Reason.TOO_SLOW : Reason.BROKEN;
                } catch (InvalidDocumentException e) {
                    return e.reason();
                }
            });
            assertThatThrownBy(() -> fifth.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);

            open.remove(0).close();

            assertThat(fifth.get(HANG_SECONDS, TimeUnit.SECONDS)).isEqualTo(Reason.TOO_SLOW);
        } finally {
            open.forEach(PdfPages::close);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 620", "3, 620", "4, 1240", "11, 1860"})
    void aDocumentWaitsAsLongAsThoseBeforeItMayTake(int before, long seconds) {
        assertThat(PdfProcesses.waitingTime(LIMITS, before)).hasSeconds(seconds);
    }

    @Test
    void limitsWithoutEndAreWaitedForADay() {
        Duration forever = ChronoUnit.FOREVER.getDuration();

        assertThat(PdfProcesses.waitingTime(LIMITS.withTimePerPage(forever).withTimePerDocument(forever), 9))
                .isEqualTo(Duration.ofDays(1));
    }

    /** Starts a process that opens documents in its own temporary directory. */
    private Process opener(String javaHome) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + Files.createDirectories(temp.resolve("tmp")),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PdfOpener.class.getName(),
                        javaHome)
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("output.txt").toFile())
                .start();
    }

    private List<Path> foldersOfClasses() throws IOException {
        try (Stream<Path> files = Files.list(temp.resolve("tmp"))) {
            return files.filter(file -> String.valueOf(file.getFileName()).startsWith("glimpse-pdf-"))
                    .toList();
        }
    }

    @Test
    void theFolderOfAKilledApplicationIsDeletedByTheNext() throws Exception {
        Path java = Files.createDirectories(temp.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nexec sleep 1000\n");
        assumeTrue(java.toFile().setExecutable(true) && Files.isExecutable(Path.of("/bin/sh")), "no /bin/sh");
        Process killed = opener(temp.toString());
        long end = System.nanoTime() + Duration.ofSeconds(HANG_SECONDS).toNanos();
        Set<ProcessHandle> sleeping = Set.of();
        while (sleeping.isEmpty() && killed.isAlive() && System.nanoTime() < end) {
            sleeping = processes(killed.toHandle());
            Thread.sleep(50);
        }
        killed.destroyForcibly().waitFor();
        sleeping.forEach(ProcessHandle::destroyForcibly);
        assertThat(foldersOfClasses()).hasSize(1);

        Process next = opener(System.getProperty("java.home"));

        assertThat(next.waitFor(HANG_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(temp.resolve("output.txt")).content().contains("words 2");
        assertThat(foldersOfClasses()).isEmpty();
    }

    /** Main class of an application that reads one document. */
    static final class PdfOpener {

        private PdfOpener() {}

        public static void main(String[] arguments) throws IOException {
            byte[] file = good();
            System.setProperty("java.home", arguments[0]);
            try (PdfPages pages = PdfPages.open(file, "good.pdf", LIMITS)) {
                System.out.println("words " + pages.words(1).size());
            }
            System.exit(0);
        }
    }
}
