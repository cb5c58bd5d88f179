package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.ChangedNumbers;
import io.github.glimpse.testing.HostileInputs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Numbers in the settings files of every family that no model has: zero, negative, denormal, infinite or of another type. */
class ConfigNumbersIT {

    private static final byte[] IMAGE = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");
    private static final List<String> MODULES = List.of("glimpse", "glimpse-token");

    @TempDir
    private Path folder;

    @AfterAll
    static void printOutcomes() {
        HostileInputs.printOutcomes();
    }

    @TestFactory
    Stream<DynamicTest> eachFolderAnswersOrNamesFileAndKey() {
        List<Path> families = FixtureFamily.toRun().stream()
                .map(FixtureFamily::directory)
                .filter(directory -> !isEncoder(directory))
                .toList();
        assertThat(families).hasSizeGreaterThan(8);
        return families.stream().map(family -> dynamicTest(String.valueOf(family.getFileName()), () -> check(family)));
    }

    private static boolean isEncoder(Path directory) {
        String name = String.valueOf(directory.getFileName());
        return name.startsWith("clip") || name.startsWith("siglip");
    }

    private void check(Path family) {
        List<String> parts = Stream.concat(
                        Stream.of("model"),
                        MODULES.stream().filter(module -> Files.isDirectory(family.resolve(module))))
                .limit(2)
                .toList();
        ChangedNumbers.run(family, parts, folder, copy -> ask(copy, parts));
    }

    private static void ask(Path copy, List<String> parts) {
        EngineOptions.Builder options = EngineOptions.builder(copy.resolve("model"))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .imageLimits(new ImageLimits(1 << 20, 1 << 20))
                .timeout(Duration.ofSeconds(60));
        if (parts.size() > 1) {
            options.module(copy.resolve(parts.get(1)));
        }
        try (LoadedModel model = LoadedModel.load(options.build())) {
            String text = model.family().equals("blip") ? "a picture of" : "What?";
            GenerationResult result = model.generate(new GenerationRequest(
                    List.of(ChatTurn.user(text, IMAGE)),
                    PruningOptions.defaults(),
                    GenerationOptions.builder().maxOutputTokens(2).build()));
            assertThat(result.tokenIds()).isNotNull();
        }
    }
}
