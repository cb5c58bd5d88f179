package io.github.glimpse.generate;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.MediaRule;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.prefill.ExpandedText;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.glimpse.PredictorRows;
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Each stage alone, fed with the reference's own input, so that errors do not hide behind those of earlier stages: a wrong
 * epsilon of a norm shows only here.
 */
@TestCategory.Reference
class StageFixturesIT {

    // The fixtures' advice for stages alone.
    private static final double PREDICTOR = 3e-5;
    private static final double BEFORE_CUT = 1e-4;
    private static final double AFTER_CUT = 3e-5;

    private static final Map<String, LoadedModel> MODELS = new HashMap<>();
    private static final Differences DIFFERENCES = new Differences();

    @TestFactory
    Stream<DynamicTest> everyStageAloneEqualsTheReference() {
        List<FixtureCase> cases = FixtureFamily.toRun().stream()
                .filter(FixtureFamily::isSupported)
                .flatMap(family -> family.cases().stream())
                .filter(fixture -> fixture.isPruned() && fixture.expected().has("kept_image_indices"))
                .filter(fixture -> new FixtureTensors(fixture.directory().resolve("expected.safetensors"))
                        .has("reduce.hidden_after"))
                .toList();
        return Sample.of("StageFixturesIT", cases, FixtureCase::family).stream()
                .map(fixture -> dynamicTest(fixture.toString(), () -> check(fixture)));
    }

    private static void check(FixtureCase fixture) {
        LoadedModel model = MODELS.computeIfAbsent(
                fixture.family().directory() + " " + fixture.module(),
                key -> LoadedModel.load(EngineOptions.builder(fixture.family().model())
                        .module(fixture.module().orElseThrow())
                        .runtime(new RuntimeOptions("cpu", 0, RuntimeOptions.NativeDownload.FORBIDDEN))
                        .load(LoadOptions.builder()
                                .dtype(Dtype.FLOAT32)
                                .weights(WeightFormat.MAPPED)
                                .aspect(fixture.aspect())
                                .build())
                        .build()));
        FixtureTensors tensors = new FixtureTensors(fixture.directory().resolve("expected.safetensors"));
        PruningStrategy strategy =
                model.schedule(PruningOptions.defaults()).cuts().get(0).strategy();
        try (TensorScope scope = model.runtime().openScope()) {
            predictor(fixture, model, tensors, strategy, scope);
            beforeCut(fixture, model, tensors, strategy, scope);
            afterCut(fixture, model, tensors, strategy, scope);
        }
    }

    private static void predictor(
            FixtureCase fixture,
            LoadedModel model,
            FixtureTensors tensors,
            PruningStrategy strategy,
            TensorScope scope) {
        int tokens = fixture.expected().get("image_tokens").intValue();
        JsonNode config = FixtureFamily.json(fixture.module().orElseThrow().resolve("config.json"));
        int heads = config.get("num_attention_heads").intValue();
        float[] all = tensors.floats("glimpse.attention");
        Map<Integer, NDArray> attention = new HashMap<>();
        int columns = all.length / tokens;
        for (int i = 0; i < config.get("selected_layers").size(); i++) {
            float[] part = new float[tokens * heads];
            for (int row = 0; row < tokens; row++) {
                System.arraycopy(all, row * columns + i * heads, part, row * heads, heads);
            }
            attention.put(config.get("selected_layers").get(i).intValue(), scope.floats(part, tokens, heads));
        }
        Map<Integer, NDArray> taps = new HashMap<>();
        for (String name : tensors.names()) {
            if (name.startsWith("vip.cond.")) {
                taps.put(
                        Integer.parseInt(name.replaceAll("\\D", "")),
                        scope.floats(tensors.floats(name), tensors.shape(name)));
            }
        }
        List<ImageGrid> grids = grids(fixture);
        List<List<int[]>> windows =
                grids.stream().map(model.model().tower()::windows).toList();
        PruningEvidence.Builder evidence = PruningEvidence.builder(
                grids, windows, TokenSelection.all(tokens).kept(), scope);
        attention.forEach((layer, value) -> evidence.value(
                new EvidenceRequest.ProbeAttention(List.of(layer), DecoderStack.ScoreForm.LOGITS), value));
        taps.forEach((layer, value) -> evidence.value(new EvidenceRequest.VisionTaps(List.of(layer)), value));
        List<float[]> rows = PredictorRows.of(strategy, evidence.build());
        float[] joined = new float[rows.size() * tokens];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, joined, i * tokens, tokens);
        }
        DIFFERENCES.close("predictor alone", joined, tensors.floats("vip.logits"), PREDICTOR);
    }

    private static List<ImageGrid> grids(FixtureCase fixture) {
        List<ImageGrid> grids = new ArrayList<>();
        JsonNode units = fixture.expected().path("units");
        UnitReport.withTokens(units).forEach(unit -> grids.add(grid(unit.get("grid"))));
        if (!units.isArray()) {
            fixture.expected().get("image_token_grid").forEach(grid -> grids.add(grid(grid)));
        }
        return grids;
    }

    private static ImageGrid grid(JsonNode grid) {
        return new ImageGrid(grid.get(0).intValue(), grid.get(1).intValue(), 1, 1);
    }

    private static void beforeCut(
            FixtureCase fixture,
            LoadedModel model,
            FixtureTensors tensors,
            PruningStrategy strategy,
            TensorScope scope) {
        DecoderStack decoder = model.model().decoder();
        int[] ids = Differences.ints(fixture.expected().get("input_ids"));
        int rows = RowPadding.rows(ids.length);
        NDArray hidden = decoder.embed(scope.indices(ids), rows, scope);
        NDArray features =
                scope.floats(tensors.floats("vision.image_features"), tensors.shape("vision.image_features"));
        int[] imageRows = imageRows(ids, model.model().media());
        decoder.placeAt(hidden, imageRows, features, scope);
        long[][] positions = positions(fixture.expected().path("position_ids"), ids.length, decoder.positionRows());
        List<NDArray> additions =
                additions(tensors, TokenSelection.all(imageRows.length).kept(), decoder, scope);
        hidden = run(decoder, hidden, positions, rows, 0, layersRun(strategy), additions, imageRows, scope);
        DIFFERENCES.close(
                "layers before the cut alone",
                hidden.get(":" + ids.length).toFloatArray(),
                tensors.floats("reduce.hidden_before"),
                BEFORE_CUT);
    }

    private static int[] imageRows(int[] ids, MediaRule media) {
        Set<Integer> placeholders = ExpandedText.placeholders(media);
        return IntStream.range(0, ids.length)
                .filter(row -> placeholders.contains(ids[row]))
                .toArray();
    }

    /** What layers add to the tokens that are there. */
    private static List<NDArray> additions(
            FixtureTensors tensors, int[] kept, DecoderStack decoder, TensorScope scope) {
        List<NDArray> additions = new ArrayList<>();
        for (String name = "vision.deepstack_0"; tensors.has(name); name = "vision.deepstack_" + additions.size()) {
            NDArray whole = scope.floats(tensors.floats(name), tensors.shape(name));
            additions.add(decoder.rows().pick(whole, kept, 0, scope));
        }
        return additions;
    }

    private static void afterCut(
            FixtureCase fixture,
            LoadedModel model,
            FixtureTensors tensors,
            PruningStrategy strategy,
            TensorScope scope) {
        DecoderStack decoder = model.model().decoder();
        long[] shape = tensors.shape("reduce.hidden_after");
        int tokens = (int) shape[0];
        int rows = RowPadding.rows(tokens);
        NDArray hidden = decoder.take(
                scope.floats(tensors.floats("reduce.hidden_after"), shape),
                scope.indices(TokenSelection.all(tokens).kept()),
                rows,
                scope);
        JsonNode after = fixture.expected().get("position_ids_after");
        long[][] positions = positions(
                after.get(0).isArray()
                        ? after
                        : FixtureFamily.JSON.createArrayNode().add(after),
                tokens,
                decoder.positionRows());
        JsonNode expected = fixture.expected();
        int[] ids = Differences.ints(expected.get("input_ids"));
        int[] left = Arrays.stream(Differences.ints(expected.get("kept_sequence_indices")))
                .map(row -> ids[row])
                .toArray();
        hidden = run(
                decoder,
                hidden,
                positions,
                rows,
                layersRun(strategy),
                decoder.dimensions().layers(),
                additions(tensors, Differences.ints(expected.get("kept_image_indices")), decoder, scope),
                imageRows(left, model.model().media()),
                scope);
        float[] logits = decoder.prompts().logits(hidden, tokens - 1, scope).toFloatArray();
        float[] first = Arrays.copyOf(tensors.floats("pruned.step_logits"), logits.length);
        DIFFERENCES.close("layers after the cut alone", logits, first, AFTER_CUT);
    }

    private static int layersRun(PruningStrategy strategy) {
        PruningPoint point = strategy.defaultPoint();
        return point.layers();
    }

    private static long[][] positions(JsonNode ids, int tokens, int rowCount) {
        long[][] positions = new long[rowCount][tokens];
        for (int row = 0; row < rowCount; row++) {
            for (int i = 0; i < tokens; i++) {
                positions[row][i] = ids.isEmpty() ? i : ids.get(row).get(i).longValue();
            }
        }
        return positions;
    }

    private static NDArray run(
            DecoderStack decoder,
            NDArray input,
            long[][] positions,
            int rows,
            int from,
            int to,
            List<NDArray> additions,
            int[] imageRows,
            TensorScope scope) {
        long[] flat = new long[positions.length * rows];
        for (int row = 0; row < positions.length; row++) {
            System.arraycopy(positions[row], 0, flat, row * rows, positions[row].length);
        }
        RotaryEmbedding.Tables tables = decoder.rotary(scope.longs(flat, positions.length, rows), scope);
        NDArray hidden = input;
        for (int layer = from; layer < to; layer++) {
            KvCache cache = decoder.newCache(rows, scope);
            hidden = decoder.prompts().layer(layer, hidden, tables, cache, scope);
            if (layer < additions.size()) {
                decoder.addAt(hidden, imageRows, additions.get(layer), scope);
            }
        }
        return hidden;
    }

    @AfterAll
    static void printAndClose() {
        System.out.println(DIFFERENCES.table("stages alone (float32, mapped)"));
        MODELS.values().forEach(LoadedModel::close);
        MODELS.clear();
    }
}
