package io.github.glimpse.model.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.generate.Differences;
import io.github.glimpse.generate.FixtureFamily;
import io.github.glimpse.generate.FixtureTensors;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.LoadOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/**
 * Every case of every fixture directory of a model that makes vectors, with and without pruning. Directories by
 * {@code -Dglimpse.fixtures=<dir>[,<dir>…]}, as for {@code ReferenceFixturesIT}; with mapped and with copied weights.
 */
class ClipFixturesIT {

    private static final Map<String, Model> MODELS = new HashMap<>();
    private static final Map<String, Differences> DIFFERENCES = new TreeMap<>();

    /** The same model twice: its parts, and as users have it. */
    record Model(TorchRuntime runtime, DualEncoder parts, EmbeddingEngine engine) {

        static Model load(Path directory, WeightFormat weights) {
            LoadOptions load =
                    LoadOptions.builder().dtype(Dtype.FLOAT32).weights(weights).build();
            RuntimeOptions options = new RuntimeOptions("cpu", 0, RuntimeOptions.NativeDownload.FORBIDDEN);
            TorchRuntime runtime = TorchRuntime.start(options);
            return new Model(
                    runtime,
                    DualEncoder.load(directory, load, runtime),
                    EmbeddingEngine.load(EmbeddingOptions.builder(directory)
                            .runtime(options)
                            .load(load)
                            .transparency(Transparency.DROP)
                            .build()));
        }

        void close() {
            engine.close();
            parts.close();
            runtime.close();
        }
    }

    @TestFactory
    Stream<DynamicContainer> everyCaseEqualsTheReference() {
        return FixtureFamily.toRun().stream()
                .filter(FixtureFamily::makesVectors)
                .flatMap(family -> Stream.of(WeightFormat.MAPPED, WeightFormat.COPIED)
                        .map(weights -> dynamicContainer(
                                title(family, weights),
                                cases(family)
                                        .map(path -> dynamicTest(
                                                family.name() + " " + path.getFileName(),
                                                () -> check(family, path, weights))))));
    }

    private static Stream<Path> cases(FixtureFamily family) {
        try (Stream<Path> folders = Files.list(family.directory().resolve("cases"))) {
            List<Path> sorted = folders.sorted().toList();
            assertThat(sorted).isNotEmpty();
            return sorted.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String title(FixtureFamily family, WeightFormat weights) {
        return family.directory() + " (float32, " + weights.name().toLowerCase(Locale.ROOT) + ")";
    }

    private static void check(FixtureFamily family, Path folder, WeightFormat weights) {
        Differences differences = DIFFERENCES.computeIfAbsent(title(family, weights), key -> new Differences());
        Model model = MODELS.computeIfAbsent(title(family, weights), key -> Model.load(family.model(), weights));
        JsonNode request = FixtureFamily.json(folder.resolve("request.json"));
        JsonNode expected = FixtureFamily.json(folder.resolve("expected.json"));
        FixtureTensors tensors = new FixtureTensors(folder.resolve("expected.safetensors"));
        int before = model.runtime().liveResources();
        try (ClipCaseCheck check = new ClipCaseCheck(family, folder, request, expected, tensors, model, differences)) {
            check.texts();
            check.pictures();
            check.likeness();
            request.path("variants").forEach(check::variant);
        }
        assertThat(tensors.unread())
                .as("tensors of the reference that nothing was compared with")
                .isEmpty();
        assertThat(model.runtime().liveResources())
                .as("native arrays left over")
                .isEqualTo(before);
    }

    @AfterAll
    static void printAndClose() {
        DIFFERENCES.forEach((title, differences) -> System.out.println(differences.table(title)));
        MODELS.values().forEach(Model::close);
        MODELS.clear();
        DIFFERENCES.clear();
    }
}
