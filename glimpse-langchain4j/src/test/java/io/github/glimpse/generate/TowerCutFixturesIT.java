package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.model.ImageAspect;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.Positions;
import io.github.glimpse.prefill.Sequence;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.KeepRule;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import io.github.glimpse.sampling.GenerationOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Cuts inside the vision tower beside a second implementation, in which rows never move: {@code
 * src/test/python/reference/tower_cuts.py}.
 */
class TowerCutFixturesIT {

    // As in the families' own fixtures: two correct implementations in float32 apart.
    private static final double TENSORS = 2e-4;
    private static final double LOGITS = 3e-4;

    private static final int TOKENS = 8;
    private static final Map<String, LoadedModel> MODELS = new HashMap<>();
    private static final Differences DIFFERENCES = new Differences();
    private static final FixtureTensors GOLDEN = new FixtureTensors(TinyModels.fixture("tower-cuts/cases.safetensors"));

    @TestFactory
    Stream<DynamicTest> everyCutInsideATowerEqualsTheSecondImplementation() {
        JsonNode cases = FixtureFamily.json(TinyModels.fixture("tower-cuts/cases.json"));
        return Stream.concat(
                StreamSupport.stream(cases.spliterator(), false)
                        .map(golden -> dynamicTest(
                                golden.get("case").textValue() + " "
                                        + golden.get("title").textValue(),
                                () -> new Check(golden).run())),
                Stream.of(dynamicTest("nothing was left out", () -> assertThat(GOLDEN.unread())
                        .isEmpty())));
    }

    /** One case, as it goes by. */
    private static final class Check implements StageObserver {

        private final String name;
        private final JsonNode golden;
        private final JsonNode expected;
        private final List<Integer> grids = new ArrayList<>();
        private int steps;

        Check(JsonNode golden) {
            this.golden = golden;
            this.name = golden.get("case").textValue() + ".";
            this.expected = golden.get("expected");
            expected.get("grids")
                    .forEach(grid ->
                            grids.add(grid.get(0).intValue() * grid.get(1).intValue()));
        }

        void run() {
            byte[][] pictures = StreamSupport.stream(golden.get("pictures").spliterator(), false)
                    .map(file -> TinyModels.picture("tower-cuts/" + file.textValue()))
                    .toArray(byte[][]::new);
            GenerationOptions greedy = GenerationOptions.builder()
                    .maxOutputTokens(TOKENS)
                    .temperature(0.0)
                    .repetitionPenalty(1.0)
                    .build();
            List<PruningStep> schedule = new ArrayList<>();
            golden.get("steps").forEach(step -> schedule.add(step(step)));
            GenerationResult result = model(golden)
                    .generate(
                            new GenerationRequest(
                                    List.of(ChatTurn.user("Which part is red?", pictures)),
                                    PruningOptions.builder().schedule(schedule).build(),
                                    greedy),
                            GenerationListener.NONE,
                            new CancellationSignal(),
                            this);
            DIFFERENCES.equal("steps", steps, expected.get("steps").size());
            DIFFERENCES.equal("answer", result.tokenIds(), Differences.ints(expected.get("generated_ids")));
            for (int image = 0; image < grids.size(); image++) {
                DIFFERENCES.equal(
                        "tokens left in the report",
                        result.report().images().get(image).kept(),
                        Differences.ints(
                                expected.get("steps").get(steps - 1).get("kept").get(image)));
            }
        }

        @Override
        public void onImageRows(int image, NDArray rows) {
            float[] golden = GOLDEN.floats(name + "features" + image);
            DIFFERENCES.close("rows for the language model", rows.toFloatArray(), golden, TENSORS);
        }

        @Override
        public void onStep(Cut cut, int[] before, TokenSelection selection, int[] after) {
            JsonNode step = expected.get("steps").get(steps);
            DIFFERENCES.equal(
                    "place of a step", cut.at().toString(), step.get("at").textValue());
            List<Integer> kept = new ArrayList<>();
            int first = 0;
            for (int image = 0; image < grids.size(); image++) {
                int from = first;
                step.get("kept").get(image).forEach(token -> kept.add(from + token.intValue()));
                first += grids.get(image);
            }
            DIFFERENCES.equal(
                    "kept set of a step",
                    after,
                    kept.stream().mapToInt(Integer::intValue).toArray());
            float[] scores = golden(cut);
            if (scores.length > 0) {
                float[] own = Objects.requireNonNull(selection.scores()).clone();
                for (int i = 0; selection.kind() == ScoreKind.LOGIT && i < own.length; i++) {
                    own[i] = KeepRule.probability(own[i]);
                }
                DIFFERENCES.close("scores of " + cut.name(), own, scores, TENSORS);
            }
            steps++;
        }

        /** Scores of the tokens that were alive, all pictures joined. */
        private float[] golden(Cut cut) {
            if (cut.at().isInDecoder()) {
                return GOLDEN.floats(name + "step" + steps + ".scores");
            }
            float[] joined = {};
            for (int image = 0; image < grids.size(); image++) {
                String part = name + "step" + steps + ".scores" + image;
                if (GOLDEN.has(part)) {
                    float[] scores = GOLDEN.floats(part);
                    int length = joined.length;
                    joined = Arrays.copyOf(joined, length + scores.length);
                    System.arraycopy(scores, 0, joined, length, scores.length);
                }
            }
            return joined;
        }

        @Override
        public void onSequence(Sequence sequence, Positions positions) {
            JsonNode rows = expected.get("position_ids");
            for (int row = 0; row < rows.size(); row++) {
                long[] ids = Arrays.stream(Differences.ints(rows.get(row)))
                        .asLongStream()
                        .toArray();
                DIFFERENCES.equal("position ids", positions.rows()[row], ids);
            }
        }

        @Override
        public void onLogits(int step, float[] logits) {
            float[] all = GOLDEN.floats(name + "step_logits");
            int rows = (int) GOLDEN.shape(name + "step_logits")[0];
            if (step < rows) {
                int width = all.length / rows;
                DIFFERENCES.close("logits", logits, Arrays.copyOfRange(all, step * width, (step + 1) * width), LOGITS);
            }
        }
    }

    private static PruningStep step(JsonNode json) {
        PruningStep.Builder step = PruningStep.builder(json.get("strategy").textValue())
                .at(json.get("at").textValue());
        if (json.hasNonNull("ratio")) {
            step.retentionRatio(json.get("ratio").doubleValue());
        }
        if (json.has("cap")) {
            step.maxRetentionRatio(json.get("cap").doubleValue());
        }
        if (json.has("threshold")) {
            step.threshold(json.get("threshold").doubleValue());
        }
        if (json.has("floor")) {
            step.minTokens(json.get("floor").intValue());
        }
        if (json.has("anchors")) {
            Set<Anchor> anchors = new HashSet<>();
            json.get("anchors").forEach(name -> anchors.add(Anchor.of(name.textValue())));
            step.anchors(anchors);
        }
        Map<String, String> options = new HashMap<>();
        json.path("options")
                .properties()
                .forEach(entry -> options.put(entry.getKey(), entry.getValue().textValue()));
        return step.options(options).build();
    }

    private static LoadedModel model(JsonNode golden) {
        String folder = golden.get("model").textValue();
        String module = golden.path("module").asText("");
        return MODELS.computeIfAbsent(
                folder + " " + module,
                key -> LoadedModel.load(EngineOptions.builder(TinyModels.fixture(folder))
                        .module(module.isEmpty() ? null : TinyModels.fixture(module))
                        .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                        .load(LoadOptions.builder()
                                .dtype(Dtype.FLOAT32)
                                .weights(WeightFormat.MAPPED)
                                .aspect(ImageAspect.PAD)
                                .build())
                        .build()));
    }

    @AfterAll
    static void printAndClose() {
        System.out.println(DIFFERENCES.table("cuts inside the tower (float32)"));
        MODELS.values().forEach(LoadedModel::close);
        MODELS.clear();
    }
}
