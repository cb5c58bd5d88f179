package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.constrain.JsonStyle;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Callers with a schema each, all at once. */
class ManyFormsIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CALLERS = 64;

    @Test
    void nothingIsMixedAndTheSameSeedIsTheSameDocument() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        try (LoadedModel model = LoadedModel.load(
                TinyModels.qwen().maxRunning(8).maxQueued(CALLERS).build())) {
            List<String> first = round(model, threads);
            List<String> second = round(model, threads);

            assertThat(second).isEqualTo(first);
            for (int caller = 0; caller < CALLERS; caller++) {
                JsonNode document = JSON.readTree(first.get(caller));
                assertThat(document.path("caller").asInt(-1)).isEqualTo(caller);
                assertThat(document.path("key" + caller).asText()).hasSizeLessThanOrEqualTo(2 * (caller % 7 + 1));
                assertThat(document).hasSize(2);
            }
            assertThat(model.generate(request(model, 5)).text()).isEqualTo(first.get(5));
        } finally {
            threads.shutdown();
        }
    }

    /** Each asks when all are there; schemas are prepared meanwhile, or taken from those that are remembered. */
    private static List<String> round(LoadedModel model, ExecutorService threads) throws Exception {
        CountDownLatch there = new CountDownLatch(CALLERS);
        List<Future<String>> answers = new ArrayList<>();
        for (int number = 0; number < CALLERS; number++) {
            int caller = number;
            answers.add(threads.submit(() -> {
                there.countDown();
                there.await();
                return model.generate(request(model, caller)).text();
            }));
        }
        List<String> texts = new ArrayList<>();
        for (Future<String> answer : answers) {
            texts.add(answer.get());
        }
        return texts;
    }

    private static GenerationRequest request(LoadedModel model, int caller) {
        String schema = String.format(Locale.ROOT, """
                {"type": "object", "properties": {"caller": {"const": %d}, "key%d": {"type": "string", "maxLength": %d}},
                 "required": ["caller", "key%d"]}""", caller, caller, caller % 7 + 1, caller);
        return new GenerationRequest(
                List.of(ChatTurn.user("Who is it?")),
                PruningOptions.defaults(),
                GenerationOptions.builder()
                        .temperature(1.0)
                        .seed(caller % 5L)
                        .maxOutputTokens(120)
                        .build(),
                ToolOffer.NONE,
                model.forms().jsonSchema(schema, JsonStyle.CLOSED));
    }
}
