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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
            assertThatThrownBy(() -> PdfPages.open(good(), "more.pdf", LIMITS.withTimePerPage(Duration.ofMillis(50))))
                    .isInstanceOfSatisfying(InvalidDocumentException.class, e -> assertThat(e.reason())
                            .isEqualTo(Reason.NOT_NOW))
                    .hasMessageContaining("as 4 PDF files are open");
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
    void noFilesOfProcessesStayInTheTemporaryFolder() throws IOException {
        AtomicReference<ProcessHandle> process = new AtomicReference<>();
        try (PdfPages pages = open(206_000_000, process)) {
            assertThat(pages.count()).isEqualTo(1);
            String commandLine =
                    String.join(" ", process.get().info().arguments().orElse(new String[0]));
            assumeTrue(commandLine.contains("glimpse-pdf-"), "no command lines of processes");
            Path classes = Path.of(commandLine.replaceFirst(".*-cp (\\S+).*", "$1"));

            assertThat(classes).doesNotExist();
        }
    }
}
