package io.github.glimpse.examples.openai;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** npm's {@code openai}, by Node's own test runner in a folder below {@code target}. */
class NodeOverHttpTest {

    @Test
    void theJavaScriptClientGetsWhatItExpects() throws Exception {
        Path folder = OwnTests.node("openai.test.mjs", "responses.test.mjs");

        OwnTests.runBesideServers(
                "js",
                List.of(
                        "node",
                        "--test",
                        folder.resolve("openai.test.mjs").toString(),
                        folder.resolve("responses.test.mjs").toString()));
    }
}
