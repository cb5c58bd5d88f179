package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The embedded model on the questions of the main README; the right answers are those of the drawing. */
class EmbeddedModelIT {

    private static final double MOST_KEPT = 0.2;

    private static ModelSource model;
    private static ModelSource module;
    private static LoadedModel engine;

    @BeforeAll
    static void load() {
        model = ModelSource.embedded();
        module = ModelSource.embeddedModule();
        engine = LoadedModel.load(EngineOptions.builder(model.directory())
                .module(module.directory())
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .build());
    }

    @AfterAll
    static void close() {
        engine.close();
        module.close();
        model.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"total", "order"})
    void readsTheReceiptOfTheQuickstart(String key) {
        assertThat(ask(key, PruningOptions.NONE).text()).isEqualTo(SampleReceipt.value(key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"total", "order"})
    void readsItFromTheFewTokensThatTheModuleKeeps(String key) {
        GenerationResult result = ask(key, PruningOptions.GLIMPSE);

        assertThat(result.text()).isEqualTo(SampleReceipt.value(key));
        assertThat(result.report().retention()).isLessThan(MOST_KEPT);
    }

    @Test
    void keepsOtherPlacesForAnotherQuestion() {
        int[] total = ask("total", PruningOptions.GLIMPSE).report().keptJoined();
        int[] order = ask("order", PruningOptions.GLIMPSE).report().keptJoined();

        long both = Arrays.stream(total)
                .filter(token -> Arrays.binarySearch(order, token) >= 0)
                .count();
        assertThat(both).isLessThan(Math.min(total.length, order.length) / 2);
    }

    private static GenerationResult ask(String key, String strategy) {
        return engine.generate(new GenerationRequest(
                List.of(ChatTurn.user("What is the " + key + "?", SampleReceipt.png())),
                PruningOptions.builder().strategy(strategy).build(),
                GenerationOptions.defaults()));
    }
}
