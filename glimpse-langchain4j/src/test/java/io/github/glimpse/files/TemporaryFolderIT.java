package io.github.glimpse.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.hub.ModelSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of models that processes leave in the temporary directory, each process a child JVM. */
class TemporaryFolderIT {

    private static final long TIMEOUT_SECONDS = 60;

    @TempDir
    private Path temporary;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void kill() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void theNextStartDeletesTheFolderOfAKilledProcess() throws Exception {
        Path live = startAndWait("waits");
        Path abandoned = startAndWait("waits");
        processes.get(1).destroyForcibly().waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        assertThat(abandoned).isNotEmptyDirectory();

        startAndEnd();

        assertThat(abandoned).doesNotExist();
        assertThat(live).isNotEmptyDirectory();
        assertThat(folders()).containsExactly(live);
    }

    @Test
    void aFolderThatAnotherClassLoaderOfALiveProcessUsesStays() throws Exception {
        Path live = startAndWait("waits", "twice");
        assertThat(folders()).hasSize(2).contains(live);

        startAndEnd();

        assertThat(folders()).hasSize(2).contains(live);
    }

    @Test
    void linksAndFoldersThatMayBelongToOthersStay() throws Exception {
        Path elsewhere = folder("elsewhere", "rwx------");
        Files.createSymbolicLink(temporary.resolve("glimpse-model-link"), elsewhere);
        Path shared = folder("glimpse-model-shared", "rwxrwx---");
        Path withoutOwner = folder("glimpse-model-unowned", "rwx------");
        Files.delete(withoutOwner.resolve("owner-1-1.lock"));
        Path outside = Files.writeString(temporary.resolve("outside"), "x");
        Path abandoned = folder("glimpse-model-abandoned", "rwx------");
        Files.createSymbolicLink(abandoned.resolve("file"), outside);
        Files.createSymbolicLink(abandoned.resolve("directory"), elsewhere);

        startAndEnd();

        assertThat(abandoned).doesNotExist();
        assertThat(outside).hasContent("x");
        assertThat(List.of(elsewhere, shared, withoutOwner))
                .allSatisfy(folder -> assertThat(folder.resolve("config.json")).exists());
        assertThat(temporary.resolve("glimpse-model-link")).isSymbolicLink();
    }

    @Test
    void foldersOfAnotherUserStay() throws Exception {
        Path others = folder("glimpse-model-others", "rwx------");
        try {
            UserPrincipal nobody =
                    others.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
            Files.setOwner(others, nobody);
        } catch (IOException e) {
            Assumptions.abort("only root can give a folder to another user: " + e);
        }

        startAndEnd();

        assertThat(others.resolve("config.json")).exists();
    }

    /** A folder as a process leaves it that was killed. */
    private Path folder(String name, String permissions) throws IOException {
        Path folder = Files.createDirectory(temporary.resolve(name));
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.createFile(folder.resolve("owner-1-1.lock"));
        return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
    }

    private List<Path> folders() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(file -> String.valueOf(file.getFileName()).startsWith("glimpse-"))
                    .toList();
        }
    }

    /** Starts a process that goes on until it is killed, and returns the folder that it made. */
    private Path startAndWait(String... arguments) throws IOException {
        BufferedReader output = start(arguments).inputReader(StandardCharsets.UTF_8);
        List<String> lines = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            lines.add(line);
            if (line.startsWith("folder ")) {
                Path folder = Path.of(line.substring("folder ".length()));
                assertThat(folder).hasParentRaw(temporary);
                return folder;
            }
        }
        throw new AssertionError(lines);
    }

    private void startAndEnd() throws IOException, InterruptedException {
        Process process = start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(output).contains("folder ");
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                classPath(),
                Owner.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        processes.add(process);
        return process;
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** Copies the embedded model, in a second class loader too where it is told so. */
    static final class Owner {

        private Owner() {}

        public static void main(String[] arguments) throws Exception {
            List<String> options = Arrays.asList(arguments);
            ModelSource source = ModelSource.embedded();
            if (options.contains("twice")) {
                List<URL> urls = new ArrayList<>();
                for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
                    urls.add(Path.of(entry).toUri().toURL());
                }
                URLClassLoader other =
                        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
                other.loadClass(ModelSource.class.getName())
                        .getMethod("embedded")
                        .invoke(null);
            }
            System.out.println("folder " + source.directory().getParent());
            if (options.contains("waits")) {
                Thread.sleep(TimeUnit.MINUTES.toMillis(10));
            }
            source.close();
        }
    }
}
