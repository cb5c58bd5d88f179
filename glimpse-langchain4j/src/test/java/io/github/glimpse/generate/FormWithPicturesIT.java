package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.constrain.JsonStyle;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A form and pruned pictures know nothing of each other: the document is valid, and the choice of tokens is the same. */
class FormWithPicturesIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final AnswerForm FORM = AnswerForm.jsonSchema("""
            {"type": "object", "properties": {"colour": {"enum": ["red", "blue"]}, "wheels": {"type": "integer"}},
             "required": ["colour", "wheels"]}""", JsonStyle.CLOSED);

    private static Map<String, LoadedModel> models;

    @BeforeAll
    static void load() {
        models = Map.of(
                "qwen", LoadedModel.load(TinyModels.qwen().build()),
                "llava", LoadedModel.load(TinyModels.llava().build()));
    }

    @AfterAll
    static void close() {
        models.values().forEach(LoadedModel::close);
    }

    private static PruningStep step(String strategy, String at, double ratio) {
        return PruningStep.builder(strategy).at(at).retentionRatio(ratio).build();
    }

    static Stream<Arguments> modelsAndCuts() {
        Map<String, PruningOptions> cuts = Map.of(
                "glimpse",
                PruningOptions.builder().strategy("glimpse").build(),
                "fastv",
                PruningOptions.builder().strategy("fastv").retentionRatio(0.5).build(),
                "div-prune",
                PruningOptions.builder()
                        .strategy("div-prune")
                        .retentionRatio(0.4)
                        .build(),
                "two cuts",
                PruningOptions.builder()
                        .schedule(List.of(step("div-prune", "vision", 0.7), step("fastv", "layer 2", 0.5)))
                        .build(),
                "two scales",
                PruningOptions.builder().strategy("foveate").build(),
                "tower and layer",
                PruningOptions.builder()
                        .schedule(List.of(step("received-attention", "tower 2", 0.7), step("grid", "layer 1", 0.5)))
                        .build());
        // LLaVA's pictures are of one size.
        return Stream.of("qwen", "llava").flatMap(model -> cuts.entrySet().stream()
                .filter(cut -> model.equals("qwen") || !cut.getKey().equals("two scales"))
                .map(cut -> Arguments.of(model, cut.getKey(), cut.getValue())));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("modelsAndCuts")
    void theDocumentIsValidAndTheReportThatOfTheFreeAnswer(String name, String cuts, PruningOptions pruning)
            throws IOException {
        GenerationResult free = answer(name, pruning, null);
        GenerationResult document = answer(name, pruning, FORM);

        JsonNode read = JSON.readTree(document.text());
        assertThat(read.path("colour").asText()).isIn("red", "blue");
        assertThat(read.path("wheels").isIntegralNumber()).isTrue();
        assertThat(read).hasSize(2);
        assertThat(document.report().keptTokens())
                .isPositive()
                .isLessThan(document.report().imageTokens());
        // Bit for bit; tokens that an earlier step dropped have no score.
        assertThat(document.report())
                .usingRecursiveComparison()
                .withEqualsForType(Float::equals, Float.class)
                .isEqualTo(free.report());
        assertThat(document.prefilledTokens()).isEqualTo(free.prefilledTokens());
    }

    private static GenerationResult answer(String name, PruningOptions pruning, @Nullable AnswerForm form) {
        LoadedModel model = Objects.requireNonNull(models.get(name));
        byte[] picture = TinyModels.picture(
                name.equals("qwen") ? "qwen2_5_vl-tiny/cases/020/a.png" : "llava-1_5-tiny/cases/009/r.png");
        return model.generate(new GenerationRequest(
                List.of(ChatTurn.user("What colour is the car?", picture)),
                pruning,
                GenerationOptions.builder()
                        .temperature(1.0)
                        .seed(3L)
                        .maxOutputTokens(80)
                        .build(),
                ToolOffer.NONE,
                form));
    }
}
