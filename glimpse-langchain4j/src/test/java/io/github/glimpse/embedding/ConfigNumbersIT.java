package io.github.glimpse.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.testing.ChangedNumbers;
import io.github.glimpse.testing.HostileInputs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same as for language models, for models that compute vectors. */
class ConfigNumbersIT {

    @TempDir
    private Path folder;

    @AfterAll
    static void printOutcomes() {
        HostileInputs.printOutcomes();
    }

    static Stream<Path> families() {
        return Stream.of(TinyClip.CLIP, TinyClip.SIGLIP);
    }

    @ParameterizedTest
    @MethodSource("families")
    void eachFolderAnswersOrNamesFileAndKey(Path family) {
        ChangedNumbers.run(family, List.of("model"), folder, copy -> {
            EmbeddingOptions options = EmbeddingOptions.builder(copy.resolve("model"))
                    .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                    .imageLimits(new ImageLimits(1 << 20, 1 << 20))
                    .timeout(Duration.ofSeconds(60))
                    .build();
            try (EmbeddingEngine engine = EmbeddingEngine.load(options)) {
                assertThat(engine.match(List.of(TinyClip.picture("a.png")), List.of("a red car")))
                        .isNotNull();
            }
        });
    }
}
