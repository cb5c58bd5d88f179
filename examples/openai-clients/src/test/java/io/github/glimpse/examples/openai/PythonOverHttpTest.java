package io.github.glimpse.examples.openai;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** PyPI's {@code openai}, by pytest in a virtual environment below {@code target}. */
class PythonOverHttpTest {

    @Test
    void thePythonClientGetsWhatItExpects() throws Exception {
        Path environment = Path.of("target/python").toAbsolutePath();
        Path python = environment.resolve("bin/python");
        if (!Files.exists(python)) {
            OwnTests.run("python", Map.of(), List.of("python3", "-m", "venv", environment.toString()));
        }
        OwnTests.run(
                "python", Map.of(), List.of(python.toString(), "-m", "pip", "install", "-q", "-r", "requirements.txt"));

        OwnTests.runBesideServers(
                "python",
                List.of(python.toString(), "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_openai.py"));
    }
}
