package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.testing.RewrittenFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Qwen3-VL in every layout of keys, form of configuration and number of files answers as the reference does. */
class Qwen3VlFoldersIT {

    private static final FixtureFamily FAMILY = new FixtureFamily(Path.of("src/test/resources/fixtures/qwen3_vl-tiny"));

    private static final String EMBEDDING = "model.language_model.embed_tokens.weight";

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> everyFormOfTheSameModelAnswersAsTheReference() throws IOException {
        Map<String, RewrittenFolder> forms = new TreeMap<>();
        forms.put("keys of early files", released().naming(Qwen3VlFoldersIT::early));
        forms.put("rope_parameters and dtype", released().config(Qwen3VlFoldersIT::newer));
        forms.put("all of the text at the top", released().config(Qwen3VlFoldersIT::flat));
        forms.put("three shards", released().shards(3));
        forms.put(
                "a head of its own",
                released().doubling(EMBEDDING, "lm_head.weight").config(Qwen3VlFoldersIT::untied));
        return forms.entrySet().stream().flatMap(form -> Stream.of(WeightFormat.MAPPED, WeightFormat.COPIED)
                .map(weights -> dynamicTest(
                        form.getKey() + ", " + weights,
                        () -> check(form.getValue().write(folder.resolve(form.getKey() + weights)), weights))));
    }

    private static RewrittenFolder released() throws IOException {
        return RewrittenFolder.of(FAMILY.model());
    }

    private static String early(String name) {
        return name.replace("model.visual.", "visual.").replace("model.language_model.", "model.");
    }

    private static void newer(ObjectNode config) {
        ObjectNode text = (ObjectNode) config.get("text_config");
        ObjectNode rope = (ObjectNode) text.remove("rope_scaling");
        rope.set("rope_theta", text.remove("rope_theta"));
        text.set("rope_parameters", rope);
        config.set("dtype", config.remove("torch_dtype"));
    }

    private static void flat(ObjectNode config) {
        ObjectNode text = (ObjectNode) config.remove("text_config");
        text.remove("model_type");
        config.setAll(text);
    }

    private static void untied(ObjectNode config) {
        config.put("tie_word_embeddings", false);
        ((ObjectNode) config.get("text_config")).put("tie_word_embeddings", false);
    }

    private static void check(Path directory, WeightFormat weights) {
        FixtureCase fixture = FAMILY.cases().get(0);
        EngineOptions options = EngineOptions.builder(directory)
                .module(fixture.module().orElseThrow())
                .families(Endless.families())
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .load(LoadOptions.builder()
                        .dtype(Dtype.FLOAT32)
                        .weights(weights)
                        .build())
                .build();
        try (LoadedModel model = LoadedModel.load(options)) {
            GenerationResult result = model.generate(fixture.request(fixture.pruning()));

            assertThat(result.tokenIds())
                    .isEqualTo(Differences.ints(fixture.expected().get("pruned").get("generated_ids")));
            assertThat(result.report().keptTokens())
                    .isEqualTo(fixture.expected().get("kept").intValue());
        }
    }
}
