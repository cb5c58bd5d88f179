package io.github.glimpse.examples.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.generate.EngineOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the tests of a client by their own runner, beside two servers. */
final class OwnTests {

    private static final int PATIENCE_MINUTES = 10;

    private OwnTests() {}

    /**
     * Runs a command in this folder of the tests.
     *
     * @param environment beside the addresses of the servers
     */
    static void run(String folder, Map<String, String> environment, List<String> command) throws Exception {
        ProcessBuilder process = new ProcessBuilder(command)
                .directory(Path.of("src/test").resolve(folder).toFile())
                .redirectErrorStream(true);
        process.environment().putAll(environment);
        Process running = process.start();
        String said = read(running);
        boolean ended = running.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
        System.out.println(said);
        assertThat(ended).as(String.join(" ", command)).isTrue();
        assertThat(running.exitValue()).as(said).isZero();
    }

    private static String read(Process running) throws IOException {
        try (InputStream said = running.getInputStream()) {
            return new String(said.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * Installs the packages of the Python tests in a virtual environment below {@code target}.
     *
     * @return its interpreter
     */
    static String python() throws Exception {
        Path environment = Path.of("target/python").toAbsolutePath();
        Path python = environment.resolve("bin/python");
        if (!Files.exists(python)) {
            run("python", Map.of(), List.of("python3", "-m", "venv", environment.toString()));
        }
        run("python", Map.of(), List.of(python.toString(), "-m", "pip", "install", "-q", "-r", "requirements.txt"));
        return python.toString();
    }

    /**
     * Copies a test to a folder below {@code target} and installs its packages there.
     *
     * @param tests name of the file
     * @return the folder
     */
    static Path node(String... tests) throws Exception {
        Path folder = Files.createDirectories(Path.of("target/js")).toAbsolutePath();
        List<String> files = new ArrayList<>(List.of(tests));
        files.add("package.json");
        for (String file : files) {
            Files.copy(Path.of("src/test/js", file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        run("js", Map.of(), List.of("npm", "install", "--prefix", folder.toString(), "--no-audit", "--no-fund"));
        return folder;
    }

    /** Runs a command beside a server with a queue and one without. */
    static void runBesideServers(String folder, List<String> command) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(EngineOptions.DEFAULT_MAX_QUEUED);
                ScriptedServer narrow = ScriptedServer.start(0)) {
            run(folder, Map.of("GLIMPSE_URL", server.url(), "GLIMPSE_NARROW_URL", narrow.url()), command);
        }
    }
}
