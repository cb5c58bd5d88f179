package io.github.glimpse.examples.openai;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** npm's {@code openai}, by Node's own test runner in a folder below {@code target}. */
class NodeOverHttpTest {

    @Test
    void theJavaScriptClientGetsWhatItExpects() throws Exception {
        Path folder = Files.createDirectories(Path.of("target/js")).toAbsolutePath();
        for (String file : List.of("package.json", "openai.test.mjs")) {
            Files.copy(Path.of("src/test/js", file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        OwnTests.run(
                "js", Map.of(), List.of("npm", "install", "--prefix", folder.toString(), "--no-audit", "--no-fund"));

        OwnTests.runBesideServers(
                "js",
                List.of("node", "--test", folder.resolve("openai.test.mjs").toString()));
    }
}
