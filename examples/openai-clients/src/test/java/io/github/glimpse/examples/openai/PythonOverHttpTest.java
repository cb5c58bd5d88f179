package io.github.glimpse.examples.openai;

import java.util.List;
import org.junit.jupiter.api.Test;

/** PyPI's {@code openai}, by pytest in a virtual environment below {@code target}. */
class PythonOverHttpTest {

    @Test
    void thePythonClientGetsWhatItExpects() throws Exception {
        String python = OwnTests.python();

        OwnTests.runBesideServers(
                "python",
                List.of(
                        python,
                        "-B",
                        "-m",
                        "pytest",
                        "-q",
                        "-p",
                        "no:cacheprovider",
                        "test_openai.py",
                        "test_responses.py"));
    }
}
