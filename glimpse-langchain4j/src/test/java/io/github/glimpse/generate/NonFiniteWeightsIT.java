package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.EngineState;
import io.github.glimpse.testing.BlipFolder;
import io.github.glimpse.testing.HostileInputs;
import io.github.glimpse.testing.TensorFill;
import io.github.glimpse.testing.TestCategory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models whose weights are NaN, infinite or too large for their type: no answer is made of what is no number. */
@TestCategory.Hostile
class NonFiniteWeightsIT {

    private static final byte[] PICTURE = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");
    private static final Path CAPTIONS = TinyModels.fixture("blip-tiny-caption/model");

    @TempDir
    private Path folder;

    @AfterAll
    static void tell() {
        HostileInputs.printOutcomes();
    }

    @ParameterizedTest
    @CsvSource({
        "qwen2_5_vl-tiny, model.norm.weight,                        the norm behind it",
        "qwen2_5_vl-tiny, model.layers.1.mlp.down_proj.weight,      layer 2",
        "qwen2_5_vl-tiny, visual.merger.mlp.2.weight,               the vision tower",
        "llava-1_5-tiny,  language_model.model.norm.weight,         the norm behind it",
        "llava-1_5-tiny,  multi_modal_projector.linear_2.weight,    the vision tower"
    })
    void aPictureWhoseNumbersAreNoneEndsItsRequestWithThePlace(String family, String tensor, String place) {
        Path copy = copy(family);
        TensorFill.fill(copy.resolve("model/model.safetensors"), tensor, Float.NaN);
        try (LoadedModel model = load(copy)) {
            int before = model.liveResources();

            for (PruningOptions pruning :
                    List.of(PruningOptions.builder().enabled(false).build(), schedule())) {
                assertThatThrownBy(() -> ask(model, pruning, PICTURE))
                        .isInstanceOf(NonFiniteNumbersException.class)
                        .hasMessageContaining("float32")
                        .hasMessageContaining("damaged");
                assertThat(model.state()).isEqualTo(EngineState.FAILING);
                assertThat(model.activeRequests()).isZero();
                assertThat(model.liveResources()).isEqualTo(before);
            }
            assertThatThrownBy(() ->
                            ask(model, PruningOptions.builder().enabled(false).build(), PICTURE))
                    .hasMessageContaining("word 1 of the answer")
                    .hasMessageContaining(place);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"visual.merger.mlp.2.weight", "visual.blocks.0.norm1.weight"})
    void theNextGoodRequestIsAnsweredAndTheEngineIsWellAgain(String tensor) {
        Path copy = copy("qwen2_5_vl-tiny");
        TensorFill.fill(copy.resolve("model/model.safetensors"), tensor, Double.POSITIVE_INFINITY);
        try (LoadedModel model = load(copy)) {
            assertThatThrownBy(() -> ask(model, PruningOptions.defaults(), PICTURE))
                    .isInstanceOf(NonFiniteNumbersException.class);

            GenerationResult answer = model.generate(GenerationRequest.of(ChatTurn.user("What?")));

            assertThat(answer.likelihood().leastProbability()).isBetween(0.0, 1.0);
            assertThat(model.state()).isEqualTo(EngineState.READY);
        }
    }

    @Test
    void aWordInTheMiddleOfAnAnswerIsCheckedAsTheFirst() {
        Path copy = copy("qwen2_5_vl-tiny");
        int second;
        try (LoadedModel model = load(copy)) {
            int[] ids = ask(model, PruningOptions.defaults(), PICTURE).tokenIds();
            second = ids[1];
            assertThat(second).isNotEqualTo(ids[0]);
        }
        TensorFill.fill(copy.resolve("model/model.safetensors"), "model.embed_tokens.weight", Float.NaN, second);
        try (LoadedModel model = load(copy)) {
            assertThatThrownBy(() -> ask(model, PruningOptions.defaults(), PICTURE))
                    .isInstanceOf(NonFiniteNumbersException.class)
                    .hasMessageMatching(".*word [123] of the answer.*");
        }
    }

    @Test
    void twoScalesAreCheckedLikeOne() {
        Path copy = copy("qwen2_5_vl-tiny");
        TensorFill.fill(copy.resolve("model/model.safetensors"), "model.norm.weight", Float.NaN);
        try (LoadedModel model = load(copy)) {
            assertThatThrownBy(() -> ask(
                            model, PruningOptions.builder().strategy("foveate").build(), PICTURE))
                    .isInstanceOf(NonFiniteNumbersException.class);
        }
    }

    @Test
    void whatOverflowsFloat16IsNamedWithTheTypesThatDoNot() {
        Path copy = copy("llava-1_5-float16");
        Path weights = copy.resolve("model/model.safetensors");
        String projector = TensorFill.names(weights).stream()
                .filter(name -> name.endsWith("multi_modal_projector.linear_2.weight"))
                .findFirst()
                .orElseThrow();
        TensorFill.fill(weights, projector, 65_504);
        LoadOptions half = LoadOptions.builder().dtype(Dtype.FLOAT16).build();
        try (LoadedModel model = LoadedModel.load(options(copy).load(half).build())) {
            assertThatThrownBy(() -> ask(model, PruningOptions.defaults(), PICTURE))
                    .isInstanceOf(NonFiniteNumbersException.class)
                    .hasMessageContaining("float16 ends at 65504")
                    .hasMessageContaining("glimpse.dtype=bfloat16 or float32");
        }
    }

    @Test
    void aModelThatCannotAnswerAtAllIsNotLoaded() {
        Path copy = copy("qwen2_5_vl-tiny");
        TensorFill.fill(copy.resolve("model/model.safetensors"), "model.norm.weight", Float.NaN);

        assertThatThrownBy(() -> LoadedModel.load(options(copy).warmUp(true).build()))
                .isInstanceOf(NonFiniteNumbersException.class)
                .hasMessageContaining("checksums");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void wordsAndBeamsOfBlipAreChecked(int beams) {
        Path model = HostileInputs.copy(
                        TinyModels.fixture("blip-tiny-caption"), List.of("model"), folder.resolve("captions"))
                .resolve("model");
        TensorFill.fill(
                model.resolve("model.safetensors"),
                "text_decoder.bert.encoder.layer.1.output.LayerNorm.weight",
                Float.NaN);
        try (LoadedModel loaded = LoadedModel.load(single(model).build())) {
            int before = loaded.liveResources();
            assertThatThrownBy(() -> loaded.generate(new GenerationRequest(
                            List.of(ChatTurn.user("a picture of", PICTURE)),
                            PruningOptions.defaults(),
                            GenerationOptions.builder()
                                    .beams(beams)
                                    .minOutputTokens(3)
                                    .build())))
                    .isInstanceOf(NonFiniteNumbersException.class)
                    .hasMessageContaining("word 1 of the answer");
            assertThat(loaded.liveResources()).isEqualTo(before);
            assertThat(loaded.state()).isEqualTo(EngineState.FAILING);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"itm_head.weight", "vision_proj.weight", "text_proj.bias"})
    void scoresOfAMatchAreChecked(String tensor) {
        Path model = BlipFolder.matches().write(folder.resolve("matches"), CAPTIONS);
        TensorFill.fill(model.resolve("model.safetensors"), tensor, Float.NaN);
        try (LoadedModel loaded = LoadedModel.load(single(model).build())) {
            assertThatThrownBy(() -> loaded.match(
                            PICTURE, List.of("a car"), PruningOptions.defaults(), new CancellationSignal()))
                    .isInstanceOf(NonFiniteNumbersException.class);
        }
    }

    /** Every kind of tensor, one model after the other; all of them with {@code -Dglimpse.hostile=10000}. */
    @Test
    void noTensorOfNoNumbersGivesAnAnswerOfNoNumbers() {
        Random random = new Random(HostileInputs.SEED);
        for (Map.Entry<String, List<String>> family : Map.of(
                        "qwen2_5_vl-tiny", List.of("glimpse", "none", "fastv", "div-prune", "foveate"),
                        "llava-1_5-tiny",
                                List.of("glimpse", "none", "vision-zip", "conditional-diversity", "pru-merge"),
                        "blip-tiny-caption", List.of("none", "cross-attention", "glimpse"))
                .entrySet()) {
            boolean blip = family.getKey().startsWith("blip");
            String module = blip ? "glimpse-token" : "glimpse";
            List<String[]> targets = new ArrayList<>();
            Path source = TinyModels.fixture(family.getKey());
            for (String file : List.of("model/model.safetensors", module + "/glimpse_flat.safetensors")) {
                if (Files.exists(source.resolve(file))) {
                    TensorFill.names(source.resolve(file)).forEach(name -> targets.add(new String[] {file, name}));
                }
            }
            Collections.shuffle(targets, random);
            int count = Math.min(targets.size(), HostileInputs.COUNT / 30);
            for (int i = 0; i < count; i++) {
                attack(family.getKey(), module, targets.get(i), family.getValue(), random, i);
            }
        }
    }

    private void attack(
            String family, String module, String[] target, List<String> strategies, Random random, int number) {
        Path copy = HostileInputs.copy(
                TinyModels.fixture(family), List.of("model", module), folder.resolve(family + number));
        if (target[0].startsWith(module)) {
            copy.resolve(module).resolve("new_modules_gp.pt").toFile().delete();
        }
        double value = List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 3e38)
                .get(random.nextInt(4));
        TensorFill.fill(copy.resolve(target[0]), target[1], value);
        EngineOptions.Builder options = single(copy.resolve("model")).module(copy.resolve(module));
        HostileInputs.run("load", number, () -> {
            try (LoadedModel model = LoadedModel.load(options.build())) {
                for (String strategy : strategies) {
                    String told = target[1] + "=" + value + " by " + strategy;
                    HostileInputs.run(family + " " + strategy, number, () -> check(model, strategy, told));
                    int before = model.liveResources();
                    HostileInputs.run(family + " " + strategy, number, () -> check(model, strategy, told));
                    assertThat(model.liveResources()).as(told).isEqualTo(before);
                    assertThat(model.activeRequests()).isZero();
                }
            }
        });
        HostileInputs.delete(copy);
    }

    private static void check(LoadedModel model, String strategy, String told) {
        boolean countsItself = List.of("glimpse", "foveate", "none").contains(strategy);
        GenerationResult answer = ask(
                model,
                PruningOptions.builder()
                        .strategy(strategy)
                        .retentionRatio(countsItself ? null : 0.5)
                        .build(),
                PICTURE);
        assertThat(answer.likelihood().leastProbability()).as(told).isBetween(0.0, 1.0);
        assertThat(answer.likelihood().sequenceProbability()).as(told).isBetween(0.0, 1.0);
    }

    private static PruningOptions schedule() {
        return PruningOptions.builder()
                .schedule(List.of(
                        PruningStep.builder("grid")
                                .at("vision")
                                .retentionRatio(0.8)
                                .build(),
                        PruningStep.builder("grid")
                                .at("layer 1")
                                .retentionRatio(0.5)
                                .build()))
                .build();
    }

    private Path copy(String family) {
        return HostileInputs.copy(TinyModels.fixture(family), List.of("model", "glimpse"), folder.resolve(family));
    }

    private static LoadedModel load(Path copy) {
        return LoadedModel.load(options(copy).build());
    }

    private static EngineOptions.Builder options(Path copy) {
        return single(copy.resolve("model")).module(copy.resolve("glimpse"));
    }

    private static EngineOptions.Builder single(Path model) {
        return EngineOptions.builder(model)
                .warmUp(false)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
    }

    private static GenerationResult ask(LoadedModel model, PruningOptions pruning, byte[] picture) {
        return model.generate(new GenerationRequest(
                List.of(ChatTurn.user("What colour is the car?", picture)),
                pruning,
                GenerationOptions.builder().maxOutputTokens(4).build()));
    }
}
