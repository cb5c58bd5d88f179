package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import io.github.glimpse.files.TemporaryFolder;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Java process that reads PDF files ({@link PdfWorker}), at most one at a time. It gets its classes from this one, by
 * the pipe of the commands, and has neither this one's environment nor its log: its error stream is discarded. Not safe
 * for concurrent use, except {@link #kill()}.
 */
final class PdfProcess {

    /** Exit code of {@code -XX:+ExitOnOutOfMemoryError}. */
    private static final int OUT_OF_MEMORY = 3;

    /**
     * Signals by which a fault in native code ends a process: 128 and SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE,
     * SIGSEGV.
     */
    private static final Set<Integer> CRASHES = Set.of(132, 133, 134, 135, 136, 139);

    private static final String CHILD = PdfChild.class.getName().replace('.', '/') + ".class";
    private static final int EXIT_SECONDS = 5;
    private static final int MAX_CLASS_NAME_BYTES = 2_000;

    /** No keys or tokens of the application. */
    private static final Set<String> ENVIRONMENT = Set.of(
            "PATH",
            "HOME",
            "LANG",
            "LC_ALL",
            "LC_CTYPE",
            "TMPDIR",
            "TMP",
            "TEMP",
            "LD_LIBRARY_PATH",
            "SYSTEMROOT",
            "WINDIR",
            "USERPROFILE",
            "APPDATA",
            "LOCALAPPDATA");

    /** Options of the JVM and of PDFBox that decide how pages look or where their fonts are. */
    private static final List<String> PROPERTIES = List.of(
            "user.home",
            "user.language",
            "user.country",
            "java.io.tmpdir",
            "pdfbox.",
            "org.apache.pdfbox.",
            "sun.java2d.cmm");

    /** Not in the process: they would write to the application's log files. */
    private static final List<String> LOGGING = List.of(
            "org/slf4j/", "ch/qos/", "org/apache/logging/", "org/apache/log4j/", "org/tinylog/", "org/jboss/logging/");

    /** Prefixes of readable resources besides classes: the configuration of the application may hold secrets. */
    private static final List<String> RESOURCES = List.of(
            "org/apache/pdfbox/",
            "org/apache/fontbox/",
            "com/twelvemonkeys/",
            "com/github/jaiimageio/",
            "META-INF/services/javax.imageio.spi.");

    private final Process process;
    private final DataOutputStream out;
    private final DataInputStream in;

    private PdfProcess(Process process) {
        this.process = process;
        out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream(), 1 << 16));
        in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16));
    }

    /**
     * Starts a process. Returns before it can read a file; {@link #awaitReady} waits for that.
     *
     * @throws IOException if no process can be started
     */
    static PdfProcess start(long heapBytes, Path classes) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(
                        Stream.of(
                                java().toString(),
                                "-XX:+IgnoreUnrecognizedVMOptions",
                                "-Xms32m",
                                "-Xmx" + heapBytes,
                                "-XX:+UseSerialGC",
                                "-XX:MaxMetaspaceSize=192m",
                                "-XX:ReservedCodeCacheSize=64m",
                                "-XX:MaxDirectMemorySize=64m",
                                "-XX:+ExitOnOutOfMemoryError",
                                "-XX:+SuppressFatalErrorMessage",
                                "-XX:-CreateCoredumpOnCrash",
                                "-XX:+DisplayVMOutputToStderr",
                                "-XX:-UsePerfData",
                                "-Djava.awt.headless=true"),
                        Stream.concat(properties(), Stream.of("-cp", classes.toString(), PdfChild.class.getName())))
                .toList());
        builder.environment().keySet().removeIf(name -> !ENVIRONMENT.contains(name.toUpperCase(Locale.ROOT)));
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        return new PdfProcess(builder.start());
    }

    private static Path java() throws IOException {
        String home = System.getProperty("java.home", "");
        for (String name : List.of("java", "java.exe")) {
            Path java = Path.of(home, "bin", name);
            if (Files.isExecutable(java)) {
                return java;
            }
        }
        throw new IOException("the Java runtime has no bin/java");
    }

    private static Stream<String> properties() {
        return System.getProperties().stringPropertyNames().stream()
                .filter(name -> PROPERTIES.stream()
                        .anyMatch(each -> each.endsWith(".") ? name.startsWith(each) : name.equals(each)))
                .map(name -> "-D" + name + "=" + System.getProperty(name));
    }

    /** Writes the one class that processes read from a file. */
    static void writeClasses(TemporaryFolder folder) throws IOException {
        Path parent = folder.path();
        Path name = Path.of(CHILD);
        for (int depth = 0; depth < name.getNameCount() - 1; depth++) {
            parent = Files.createDirectory(parent.resolve(name.getName(depth)));
            parent.toFile().deleteOnExit();
        }
        Path file = folder.path().resolve(CHILD);
        try (InputStream content = PdfProcess.class.getClassLoader().getResourceAsStream(CHILD)) {
            if (content == null) {
                throw new IOException("the class loader does not give the bytes of its classes");
            }
            Files.write(file, content.readAllBytes());
        }
        file.toFile().deleteOnExit();
    }

    /** Whether the class is still there: systems delete old files of the temporary directory. */
    static boolean hasClasses(TemporaryFolder folder) {
        return Files.isRegularFile(folder.path().resolve(CHILD));
    }

    /**
     * Waits until a file can be opened.
     *
     * @throws InvalidDocumentException if a library is missing
     */
    void awaitReady() throws IOException {
        try {
            answer().readInt();
        } catch (IOException e) {
            throw new IOException("it ended with exit code " + exitCode() + " before it was ready", e);
        }
    }

    /** Sends a command without an answer. */
    void tell(int type, byte[] content) throws IOException {
        send(type, content);
    }

    /**
     * Sends the command that opens a file.
     *
     * @throws InvalidDocumentException if the file cannot be read; the process waits for the rest of it then
     */
    void send(DocumentContent file) throws IOException {
        out.writeByte(PdfFrames.OPEN);
        out.writeInt(Math.toIntExact(file.length()));
        file.transferTo((buffer, size) -> out.write(buffer, 0, size));
        out.flush();
    }

    /** Sends a command and waits for its answer, whose content is to be read from the stream to its end. */
    DataInputStream ask(int type, byte[] content) throws IOException {
        send(type, content);
        return answer();
    }

    private void send(int type, byte[] content) throws IOException {
        out.writeByte(type);
        out.writeInt(content.length);
        out.write(content);
        out.flush();
    }

    /** Waits for the answer to the last command. */
    DataInputStream answer() throws IOException {
        while (true) {
            int type = in.readUnsignedByte();
            int length = in.readInt();
            switch (type) {
                case PdfFrames.WANTED -> give(length);
                case PdfFrames.VALUE -> {
                    return in;
                }
                case PdfFrames.ERROR -> {
                    Reason reason = Reason.valueOf(PdfFrames.readText(in));
                    throw new InvalidDocumentException(reason, PdfFrames.readText(in));
                }
                default -> throw new EOFException("The process sent a frame of the unknown type " + type);
            }
        }
    }

    private void give(int length) throws IOException {
        if (length < 0 || length > MAX_CLASS_NAME_BYTES) {
            throw new IOException("A class name cannot have " + length + " bytes");
        }
        byte[] content = resource(new String(PdfFrames.readBytes(in, length), StandardCharsets.UTF_8));
        send(content == null ? PdfFrames.NO_RESOURCE : PdfFrames.RESOURCE, content == null ? new byte[0] : content);
    }

    private static byte @Nullable [] resource(String name) throws IOException {
        boolean isClass = name.endsWith(".class") && LOGGING.stream().noneMatch(name::startsWith);
        if (!isClass && RESOURCES.stream().noneMatch(name::startsWith)) {
            return null;
        }
        ClassLoader loader = PdfProcess.class.getClassLoader();
        if (name.startsWith("META-INF/services/")) {
            return services(loader, name);
        }
        try (InputStream content = loader.getResourceAsStream(name)) {
            return content == null ? null : content.readAllBytes();
        }
    }

    private static byte[] services(ClassLoader loader, String name) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (var files = loader.getResources(name); files.hasMoreElements(); ) {
            try (InputStream file = files.nextElement().openStream()) {
                file.transferTo(all);
                all.write('\n');
            }
        }
        return all.toByteArray();
    }

    /** Asks for an answer; an idle process may have been killed or stopped. */
    boolean ping() throws IOException {
        ask(PdfFrames.PING, new byte[0]).readInt();
        return true;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Ends the process, whatever it does. */
    void kill() {
        process.destroyForcibly();
    }

    /** Runs an action once the process has ended. */
    void onExit(Runnable action) {
        CompletableFuture<Void> unused = process.onExit().thenRun(action);
    }

    /**
     * Makes the error of a document at which the process has ended or cannot be understood.
     *
     * @param work that it did
     */
    InvalidDocumentException ended(String work, String name, DocumentLimits limits) {
        int code = exitCode();
        String what = DocumentFailure.capital(work) + " of '" + name + "' ";
        if (code == OUT_OF_MEMORY) {
            return new InvalidDocumentException(
                    Reason.TOO_LARGE,
                    what + "needs more memory than the limit of " + limits.maxMemoryBytes()
                            + " bytes; leave it out, or raise DocumentLimits.maxMemoryBytes");
        }
        if (CRASHES.contains(code)) {
            return new InvalidDocumentException(
                    Reason.BROKEN,
                    what + "ended the process that read it with exit code " + code + "; send another file");
        }
        return new InvalidDocumentException(
                Reason.NOT_NOW,
                what + "was not read: its process ended with exit code " + code
                        + "; give the machine or container more memory, and try again");
    }

    private int exitCode() {
        try {
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(EXIT_SECONDS, TimeUnit.SECONDS);
            }
            return process.isAlive() ? -1 : process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }
}
