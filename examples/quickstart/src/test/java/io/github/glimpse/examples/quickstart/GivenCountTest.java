package io.github.glimpse.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStrategies;
import io.github.glimpse.sampling.GenerationOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The option {@code --retention} has to know which strategies the library wants to be told a count, before a model is loaded. */
class GivenCountTest {

    private static final Path FIXTURES = Path.of(System.getProperty("glimpse.basedir", "../.."))
            .resolve("glimpse-langchain4j/src/test/resources/fixtures");

    @Test
    void theStrategiesThatSettleTheirCountAreTheLibrarys() {
        Set<String> told = new TreeSet<>();
        Set<String> settling = new TreeSet<>();
        for (String family : List.of("qwen2_5_vl-tiny", "llava-1_5-tiny")) {
            try (LoadedModel engine = LoadedModel.load(
                    EngineOptions.builder(FIXTURES.resolve(family).resolve("model"))
                            .module(FIXTURES.resolve(family).resolve("glimpse"))
                            .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                            .build())) {
                for (String name : PruningStrategies.discover(List.of()).names()) {
                    String refusal = refusal(engine, name);
                    if (refusal.isEmpty()) {
                        settling.add(name);
                    } else if (refusal.contains("keeps a given share of the image tokens and none is said")) {
                        told.add(name);
                    }
                }
            }
        }
        Set<String> counted =
                new TreeSet<>(PruningStrategies.discover(List.of()).names());
        counted.removeAll(QuickstartOptions.SETTLING);

        assertThat(settling).isEqualTo(QuickstartOptions.SETTLING);
        assertThat(told).isEqualTo(counted);
    }

    private static String refusal(LoadedModel engine, String strategy) {
        try {
            engine.generate(new GenerationRequest(
                    List.of(ChatTurn.user(
                            "What is the total?", Picture.read(null).bytes())),
                    PruningOptions.builder().strategy(strategy).build(),
                    GenerationOptions.builder().maxOutputTokens(1).build()));
            return "";
        } catch (RuntimeException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
