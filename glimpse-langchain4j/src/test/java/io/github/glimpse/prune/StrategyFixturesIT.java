package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.prune.attention.AttentionSelections;
import io.github.glimpse.prune.control.ControlSelections;
import io.github.glimpse.prune.diversity.DiversitySelections;
import io.github.glimpse.prune.tower.TowerSelections;
import io.github.glimpse.prune.video.VideoSelections;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every golden selection of a directory: {@code -Dglimpse.strategyFixtures=<dir>} with the folders {@code selection} or
 * {@code video-selection} in it, else the ones that lie beside the tests, and the {@code video-selection} of the folders that
 * {@code GLIMPSE_FIXTURES} names (comma between). Whole models are compared in {@code generate}, by the class of the same name.
 */
class StrategyFixturesIT {

    private static TorchRuntime runtime;

    @BeforeAll
    static void start() {
        runtime = TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
    }

    @AfterAll
    static void stop() {
        runtime.close();
    }

    @TestFactory
    Stream<DynamicTest> selectsAsTheReferenceDoes() throws IOException, URISyntaxException {
        Map<String, SelectionCheck> checks = checks();
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : files()) {
            JsonNode method = new JsonMapper().readTree(file.toFile());
            String name = method.path("method").asText();
            assertThat(checks).as("a check for the cases of %s", file).containsKey(name);
            Path tensors = Path.of(file.toString().replace(".json", ".safetensors"));
            for (JsonNode entry : method.path("cases")) {
                SelectionCase given = new SelectionCase(entry, tensors, runtime);
                tests.add(DynamicTest.dynamicTest(
                        name + " " + given.name(),
                        () -> Objects.requireNonNull(checks.get(name)).check(given)));
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    private static Map<String, SelectionCheck> checks() {
        Map<String, SelectionCheck> checks = new HashMap<>();
        checks.putAll(ControlSelections.checks());
        checks.putAll(AttentionSelections.checks());
        checks.putAll(TowerSelections.checks());
        checks.putAll(DiversitySelections.checks());
        checks.putAll(VideoSelections.checks());
        checks.put("auto", StrategyFixturesIT::auto);
        checks.put("confidence", StrategyFixturesIT::confidence);
        return checks;
    }

    private static void auto(SelectionCase given) {
        if (given.has("delta")) {
            DiversitySelections.stopDistance(given);
        } else {
            AttentionSelections.mass(given);
        }
    }

    private static void confidence(SelectionCase given) {
        given.knowsOutputs("kept", "coverage", "purity", "stability", "margin", "entropy", "confidence");
        float[] logits = given.floats("logits");
        Double cap = given.has("max_remain_ratio") ? given.real("max_remain_ratio") : null;
        int floor = given.has("min_remain_num") ? given.count("min_remain_num") : 0;
        KeepRule rule = new KeepRule(given.real("threshold"), cap, floor, java.util.Set.of());
        int[] alive = java.util.stream.IntStream.range(0, logits.length).toArray();
        int[] kept = rule.decide(logits, List.of(), alive, "glimpse").kept();
        given.check("kept", kept);

        Confidence confidence = Confidence.ofLogits(logits, kept, given.real("threshold"));
        given.check("coverage", Objects.requireNonNull(confidence.coverage()));
        given.check("purity", Objects.requireNonNull(confidence.purity()));
        given.check("stability", Objects.requireNonNull(confidence.stability()));
        given.check("margin", Objects.requireNonNull(confidence.margin()));
        given.check("entropy", Objects.requireNonNull(confidence.entropy()));
        given.check("confidence", confidence.confidence());
    }

    private static List<Path> files() throws IOException, URISyntaxException {
        List<Path> found = new ArrayList<>();
        for (Path folder : folders()) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.list(folder)) {
                    files.filter(path -> path.toString().endsWith(".json"))
                            .sorted()
                            .forEach(found::add);
                }
            }
        }
        return found;
    }

    private static List<Path> folders() throws URISyntaxException {
        String own = System.getProperty("glimpse.strategyFixtures");
        if (own != null) {
            return List.of(Path.of(own, "selection"), Path.of(own, "video-selection"));
        }
        Path beside = Path.of(Objects.requireNonNull(StrategyFixturesIT.class.getResource("/fixtures/strategies"))
                .toURI());
        List<Path> folders = new ArrayList<>(List.of(beside.resolve("selection"), beside.resolve("video-selection")));
        String others = System.getenv().getOrDefault("GLIMPSE_FIXTURES", "");
        for (String folder : others.split(",", -1)) {
            if (!folder.isBlank()) {
                folders.add(Path.of(folder.strip(), "video-selection"));
            }
        }
        return folders;
    }
}
