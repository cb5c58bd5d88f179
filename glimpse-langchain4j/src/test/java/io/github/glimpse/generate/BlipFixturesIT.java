package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.FirstToken;
import io.github.glimpse.model.ImageTextModel;
import io.github.glimpse.model.ImageTextTask;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.clip.TowerPass;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every case of every given BLIP directory, stage by stage: the plain run, beam search, and every pruned variant. Directories
 * by {@code -Dglimpse.fixtures=<dir>[,<dir>…]} as in {@link ReferenceFixturesIT}.
 */
@TestCategory.Reference
class BlipFixturesIT {

    private static final double LOGITS = 1e-3;
    private static final double PROBABILITY = 3e-4;
    private static final double SIMILARITY = 5e-4;
    private static final double BEAM_SCORE = 1e-3;

    private static final Map<String, LoadedModel> MODELS = new HashMap<>();
    private static final Map<String, Differences> DIFFERENCES = new TreeMap<>();

    private record Case(
            FixtureFamily family,
            WeightFormat weights,
            FixtureCase fixture,
            FixtureTensors tensors,
            Differences differences) {

        JsonNode request() {
            return fixture.request();
        }

        byte[] picture() {
            try {
                return Files.readAllBytes(
                        fixture.directory().resolve(request().get("image").textValue()));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Nullable
        String text() {
            return request().get("text").textValue();
        }
    }

    @TestFactory
    Stream<DynamicContainer> everyCaseEqualsTheReference() {
        return FixtureFamily.toRun().stream().filter(FixtureFamily::isImageText).flatMap(family -> Stream.of(
                        WeightFormat.MAPPED, WeightFormat.COPIED)
                .map(weights -> dynamicContainer(title(family, weights), tests(family, weights))));
    }

    private static String title(FixtureFamily family, WeightFormat weights) {
        return family.directory() + " (float32, " + weights.name().toLowerCase(Locale.ROOT) + ")";
    }

    private static Stream<DynamicTest> tests(FixtureFamily family, WeightFormat weights) {
        return Sample.of(title(family, weights), family.cases(), FixtureCase::family).stream()
                .map(fixture -> dynamicTest(fixture.toString(), () -> {
                    Differences differences =
                            DIFFERENCES.computeIfAbsent(title(family, weights), key -> new Differences());
                    FixtureTensors tensors =
                            new FixtureTensors(fixture.directory().resolve("expected.safetensors"));
                    check(new Case(family, weights, fixture, tensors, differences));
                }));
    }

    private static void check(Case one) {
        ImageTextModel model = (ImageTextModel) model(one, null).path().model();
        tower(one, model);
        if (model.task() == ImageTextTask.MATCH) {
            match(one, null, model);
        } else {
            write(one, null, model);
            beams(one, model);
        }
        for (JsonNode variant : one.request().get("variants")) {
            if (model.task() == ImageTextTask.MATCH) {
                match(one, variant, model);
            } else {
                write(one, variant, model);
            }
            if (variant.path("step").path("ratio").asDouble() == 1.0) {
                // It drops nothing, so nothing is scored.
                one.tensors().leaveOut(variant.get("name").textValue() + ".scores");
            }
        }
        assertThat(one.tensors().unread())
                .as("tensors of the reference that nothing was compared with")
                .isEmpty();
    }

    /** Hidden states and attention of the tower, which are in the first case of each picture. */
    private static void tower(Case one, ImageTextModel model) {
        if (!one.tensors().has("vision.cls_attention")) {
            return;
        }
        PixelPatches patches = model.preprocessor()
                .preprocess(new ImageDecoder(ImageLimits.defaults(), Transparency.DROP).decode(one.picture()));
        int depth = model.tower().config().depth();
        try (TensorScope scope = model(one, null).path().runtime().openScope();
                TowerPass pass = model.tower().pass(List.of(patches), () -> {}, scope)) {
            List<Float> attention = new ArrayList<>();
            for (int state = 0; state <= depth; state++) {
                pass.runTo(state);
                NDArray rows = pass.rows(scope);
                String name = "vision.hidden_" + state;
                if (one.tensors().has(name)) {
                    one.differences()
                            .close(
                                    "tower: states",
                                    rows.toFloatArray(),
                                    one.tensors().floats(name),
                                    5e-4);
                }
                if (state < depth) {
                    for (float value : pass.read(TowerReadout.classAttention(pass.blocks()), scope)
                            .get(0)
                            .mean(new int[] {0})
                            .toFloatArray()) {
                        attention.add(value);
                    }
                }
            }
            float[] all = new float[attention.size()];
            IntStream.range(0, all.length).forEach(i -> all[i] = attention.get(i));
            one.differences().close("tower: attention", all, one.tensors().floats("vision.cls_attention"), 1e-5);
        }
    }

    private static void write(Case one, @Nullable JsonNode variant, ImageTextModel model) {
        JsonNode expected = expected(one, variant);
        LoadedModel loaded = model(one, variant);
        GenerationResult result = loaded.generate(
                request(
                        one,
                        pruning(variant),
                        GenerationOptions.builder()
                                .maxOutputTokens(
                                        one.request().get("max_new_tokens").intValue())
                                .build()),
                GenerationListener.NONE,
                new CancellationSignal(),
                check(one, variant, model));
        one.differences().equal("sequence", sequence(one, model, result), Differences.ints(expected.get("sequence")));
        one.differences().equal("text", result.text(), expected.get("text").textValue());
        report(one, expected, result.report().keptJoined());
    }

    private static void report(Case one, JsonNode expected, int[] kept) {
        JsonNode tower = expected.path("tower");
        JsonNode last = expected.has("kept")
                ? expected.get("kept")
                : tower.path(tower.size() - 1).path("kept");
        int[] all = IntStream.range(
                        0, one.fixture().expected().get("image_tokens").intValue())
                .toArray();
        one.differences().equal("report", kept, last.isMissingNode() ? all : Differences.ints(last));
    }

    /** The start id, the beginning of a caption, and what was written. */
    private static int[] sequence(Case one, ImageTextModel model, GenerationResult result) {
        int[] begun = model.task() == ImageTextTask.CAPTION
                ? Differences.ints(one.fixture().expected().get("input_ids"))
                : new int[] {model.tokens().start()};
        return IntStream.concat(IntStream.of(begun), IntStream.of(result.tokenIds()))
                .toArray();
    }

    private static void beams(Case one, ImageTextModel model) {
        if (!one.fixture().expected().hasNonNull("unpruned_beam")) {
            return;
        }
        JsonNode expected = one.fixture().expected().get("unpruned_beam");
        JsonNode settings = expected.get("settings");
        int begun = model.task() == ImageTextTask.CAPTION
                ? one.fixture().expected().get("input_ids").size()
                : 1;
        double[] score = new double[1];
        GenerationResult result = model(one, null)
                .generate(
                        request(
                                one,
                                pruning(null),
                                GenerationOptions.builder()
                                        .beams(settings.get("num_beams").intValue())
                                        .maxOutputTokens(
                                                settings.get("max_length").intValue() - begun)
                                        .minOutputTokens(Math.max(
                                                0, settings.get("min_length").intValue() - begun))
                                        .build()),
                        GenerationListener.NONE,
                        new CancellationSignal(),
                        new StageObserver() {
                            @Override
                            public void onBeams(double value) {
                                score[0] = value;
                            }
                        });
        one.differences()
                .equal("beams: sequence", sequence(one, model, result), Differences.ints(expected.get("sequence")));
        one.differences()
                .equal("beams: text", result.text(), expected.get("text").textValue());
        assertThat(score[0]).isCloseTo(expected.get("sequence_score").doubleValue(), within(BEAM_SCORE));
        AnswerLikelihood likelihood = result.likelihood();
        int words = result.tokenIds().length;
        assertThat(Math.log(likelihood.sequenceProbability())).isCloseTo(score[0] * words, within(BEAM_SCORE * words));
        assertThat(Math.log(likelihood.meanProbability())).isCloseTo(score[0], within(BEAM_SCORE));
        assertThat(likelihood.leastProbability())
                .as("the least likely word is no likelier than their geometric mean")
                .isBetween(likelihood.sequenceProbability(), Math.exp(score[0]) + BEAM_SCORE);
    }

    private static void match(Case one, @Nullable JsonNode variant, ImageTextModel model) {
        JsonNode expected = expected(one, variant);
        ImageTextMatch match = model(one, variant)
                .match(
                        one.picture(),
                        List.of(java.util.Objects.requireNonNull(one.text())),
                        pruning(variant),
                        new CancellationSignal(),
                        check(one, variant, model))
                .get(0);
        String name = (variant == null ? "" : variant.get("name").textValue() + ".") + "itm_logits";
        one.differences()
                .close(
                        "matching: logits",
                        new float[] {match.noLogit(), match.yesLogit()},
                        one.tensors().floats(name),
                        LOGITS);
        assertThat(match.probability())
                .isCloseTo(expected.get("itm_match_probability").doubleValue(), within(PROBABILITY));
        assertThat(match.similarity()).isCloseTo(expected.get("itc_score").doubleValue(), within(SIMILARITY));
        report(one, expected, match.report().keptJoined());
    }

    private static JsonNode expected(Case one, @Nullable JsonNode variant) {
        JsonNode all = one.fixture().expected();
        if (variant == null) {
            return all.get("unpruned");
        }
        for (JsonNode candidate : all.get("variants")) {
            if (candidate.get("name").equals(variant.get("name"))) {
                return candidate;
            }
        }
        throw new AssertionError("The reference has no variant " + variant.get("name"));
    }

    private static ImageTextCheck check(Case one, @Nullable JsonNode variant, ImageTextModel model) {
        ImageTextCheck check = new ImageTextCheck(
                one.family().directory(),
                one.fixture().expected(),
                variant == null ? null : expected(one, variant),
                one.tensors(),
                one.differences(),
                model.dimensions().layers());
        if (variant != null && variant.has("step")) {
            JsonNode module = moduleConfig(one, variant);
            check.cutsAfter(
                    module == null
                            ? variant.get("step").get("reduce").intValue()
                            : module.get("reduce_layer").intValue());
            if (module != null) {
                check.readsLayers(IntStream.of(Differences.ints(module.get("selected_layers")))
                        .boxed()
                        .toList());
            }
        }
        return check;
    }

    private static @Nullable JsonNode moduleConfig(Case one, JsonNode variant) {
        Path module = module(one, variant);
        return module == null ? null : FixtureFamily.json(module.resolve("config.json"));
    }

    private static @Nullable Path module(Case one, @Nullable JsonNode variant) {
        return variant == null || !variant.path("step").has("module")
                ? null
                : one.family()
                        .directory()
                        .resolve(variant.get("step").get("module").textValue());
    }

    private static GenerationRequest request(Case one, PruningOptions pruning, GenerationOptions generation) {
        String text = one.text();
        ChatTurn.Picture picture = new ChatTurn.Picture(one.picture());
        ChatTurn turn = new ChatTurn(
                ChatTurn.Role.USER, text == null ? List.of(picture) : List.of(picture, new ChatTurn.Text(text)));
        return new GenerationRequest(List.of(turn), pruning, generation);
    }

    private static PruningOptions pruning(@Nullable JsonNode variant) {
        if (variant == null) {
            return PruningOptions.builder().enabled(false).build();
        }
        List<PruningStep> steps = new ArrayList<>();
        for (JsonNode cut : variant.path("tower")) {
            steps.add(PruningStep.builder(cut.get("evidence").textValue() + "-attention")
                    .at("tower " + (cut.get("layer").intValue() + 1))
                    .retentionRatio(cut.get("ratio").doubleValue())
                    .build());
        }
        if (variant.has("step")) {
            steps.add(step(variant.get("step")));
        }
        return PruningOptions.builder().schedule(steps).build();
    }

    private static PruningStep step(JsonNode step) {
        if (step.has("module")) {
            return PruningStep.builder(PruningOptions.GLIMPSE)
                    .threshold(step.get("threshold").doubleValue())
                    .maxRetentionRatio(
                            step.get("ratio").isNull() ? 1.0 : step.get("ratio").doubleValue())
                    .minTokens(step.get("min_keep").intValue())
                    .build();
        }
        List<String> layers = new ArrayList<>();
        step.get("layers").forEach(layer -> layers.add(layer.asText()));
        return PruningStep.builder("cross-attention")
                .at("layer " + (step.get("reduce").intValue() + 1))
                .retentionRatio(step.get("ratio").doubleValue())
                .options(Map.of("rows", step.get("evidence").textValue(), "layers", String.join(",", layers)))
                .build();
    }

    private static LoadedModel model(Case one, @Nullable JsonNode variant) {
        Path module = module(one, variant);
        FirstToken first = one.request().get("first_token").textValue().equals("enc") ? FirstToken.ENC : FirstToken.CLS;
        String key = title(one.family(), one.weights()) + " " + module + " " + first;
        return MODELS.computeIfAbsent(
                key,
                ignored -> LoadedModel.load(EngineOptions.builder(one.family().model())
                        .module(module)
                        .runtime(new RuntimeOptions("cpu", 0, RuntimeOptions.NativeDownload.FORBIDDEN))
                        .load(LoadOptions.builder()
                                .dtype(Dtype.FLOAT32)
                                .weights(one.weights())
                                .firstToken(first)
                                .build())
                        .transparency(Transparency.DROP)
                        // each case shall compute everything that it compares
                        .visionCache(VisionCacheOptions.off())
                        .build()));
    }

    @AfterAll
    static void printAndClose() {
        DIFFERENCES.forEach((title, differences) -> System.out.println(differences.table(title)));
        MODELS.values().forEach(LoadedModel::close);
        MODELS.clear();
        DIFFERENCES.clear();
    }
}
