package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.constrain.JsonStyle;
import io.github.glimpse.constrain.ToolShape;
import io.github.glimpse.constrain.ToolUse;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.text.ToolForm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the reference's cases do not run on Qwen3-VL and Qwen3.5: cuts in the tower, merges, small pictures, calls of tools. */
class Qwen3StrategiesIT {

    private static final byte[] PICTURE = TinyModels.picture("qwen3_vl-tiny/cases/001/a.png");

    private static EngineOptions.Builder options(String family) {
        Path folder = Path.of("src/test/resources/fixtures").resolve(family);
        return EngineOptions.builder(folder.resolve("model"))
                .module(family.equals("qwen3_vl-tiny") ? folder.resolve("glimpse-early") : null)
                .families(Endless.families())
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .load(LoadOptions.builder().dtype(Dtype.FLOAT32).build())
                .generation(GenerationOptions.builder().maxOutputTokens(4).build());
    }

    private static GenerationRequest request(PruningOptions pruning) {
        return new GenerationRequest(
                List.of(ChatTurn.user("What colour is the car?", PICTURE)), pruning, GenerationOptions.defaults());
    }

    private static PruningOptions step(String strategy, String at, double ratio) {
        return PruningOptions.builder()
                .schedule(List.of(PruningStep.builder(strategy)
                        .at(at)
                        .retentionRatio(ratio)
                        .build()))
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        // Behind block 0 of the rows for layer 0, before those for layers 1 and 2.
        "qwen3_vl-tiny, received-attention, tower 1",
        "qwen3_vl-tiny, received-attention, tower 3",
        "qwen3_vl-tiny, received-attention, vision",
        "qwen3_vl-tiny, vision-zip, vision",
        "qwen3_vl-tiny, random, pixels",
        "qwen3_vl-tiny, down-sample, pixels",
        "qwen3_vl-tiny, fastv, layer 1",
        "qwen3_5-tiny, received-attention, tower 2",
        "qwen3_5-tiny, random, layer 1",
        "qwen3_5-tiny, vision-zip, vision",
        "qwen3_5-tiny, fastv, layer 3"
    })
    void keepsItsShareAndAnswersTheSameEachTime(String family, String strategy, String at) {
        try (LoadedModel model = LoadedModel.load(options(family).build())) {
            GenerationResult first = model.generate(request(step(strategy, at, 0.5)));

            assertThat(first.report().keptTokens()).isBetween(6, 10);
            assertThat(first.tokenIds())
                    .hasSize(4)
                    .isEqualTo(model.generate(request(step(strategy, at, 0.5))).tokenIds());
        }
    }

    @Test
    void aCutInTheTowerThatKeepsAllIsNone() {
        try (LoadedModel model = LoadedModel.load(options("qwen3_vl-tiny").build())) {
            GenerationResult all = model.generate(request(step("random", "tower 1", 1.0)));
            GenerationResult off = model.generate(
                    request(PruningOptions.builder().enabled(false).build()));

            assertThat(all.tokenIds()).isEqualTo(off.tokenIds());
        }
    }

    @Test
    void attentionOfALayerThatRemembersAStateIsRefused() {
        try (LoadedModel model = LoadedModel.load(options("qwen3_5-tiny").build())) {
            assertThatThrownBy(() -> model.generate(request(step("fastv", "layer 2", 0.5))))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("layers with scores: 2, 5");
        }
    }

    @Test
    void aCallIsReadAsThatOfQwen25() {
        ToolShape pick = new ToolShape(
                "pick",
                "{\"type\":\"object\",\"properties\":{\"word\":{\"type\":\"string\",\"maxLength\":12}},"
                        + "\"required\":[\"word\"],\"additionalProperties\":false}",
                ToolShape.Arguments.STRICT);
        try (LoadedModel model = LoadedModel.load(options("qwen3_vl-tiny").build())) {
            AnswerForm form = model.forms()
                    .tools(
                            List.of(pick),
                            new ToolUse(ToolUse.Choice.REQUIRED, 1),
                            JsonStyle.CLOSED,
                            ToolCallFormat.HERMES);
            GenerationResult result = model.generate(new GenerationRequest(
                    List.of(ChatTurn.user("Which word?", PICTURE)),
                    PruningOptions.builder().enabled(false).build(),
                    GenerationOptions.builder().maxOutputTokens(120).build(),
                    new ToolOffer(List.of(new OfferedTool(pick, null)), null),
                    form));

            assertThat(result.tools().form()).isEqualTo(ToolForm.NATIVE);
            assertThat(result.calls()).hasSize(1).first().satisfies(call -> assertThat(call.name())
                    .isEqualTo("pick"));
        }
    }
}
