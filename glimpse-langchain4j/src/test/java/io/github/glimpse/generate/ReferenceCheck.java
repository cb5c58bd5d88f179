package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.BlockPass;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.model.VisionTower;
import io.github.glimpse.model.qwen25vl.QwenTowerStages;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.LayerState;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.KeepRule;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.glimpse.PredictorRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Compares the stages of one run with a case, as they go by. */
final class ReferenceCheck implements StageObserver {

    // The fixtures' advice for float32 on a CPU, two correct implementations apart.
    private static final double PIXELS = 1e-6;
    private static final double VECTORS = 5e-6;
    private static final double TENSORS = 2e-4;
    private static final double LOGITS = 3e-4;

    private final FixtureCase fixture;
    private final boolean pruned;
    private final FixtureTensors tensors;
    private final Differences differences;
    private final LoadedModel loaded;
    private final PruningSchedule schedule;
    private final List<VisionFeatures> features = new ArrayList<>();
    private final List<float[]> rows = new ArrayList<>();
    private final Map<Integer, List<float[]>> taps = new TreeMap<>();
    private final List<float[]> lastBlocks = new ArrayList<>();
    private final List<Long> positions = new ArrayList<>();
    private final List<Integer> cacheRows = new ArrayList<>();
    private final List<PixelPatches> images = new ArrayList<>();
    private final UnitPixels units;

    ReferenceCheck(
            FixtureCase fixture,
            boolean pruned,
            FixtureTensors tensors,
            Differences differences,
            LoadedModel loaded,
            PruningSchedule schedule) {
        this.fixture = fixture;
        this.pruned = pruned;
        this.tensors = tensors;
        this.differences = differences;
        this.loaded = loaded;
        this.schedule = schedule;
        this.units = new UnitPixels(fixture, differences);
    }

    private JsonNode expected() {
        return fixture.expected();
    }

    @Override
    public void onPrompt(String prompt, PromptLayout layout) {
        differences.equal("prompt text", prompt, expected().get("prompt_text").textValue());
        differences.equal("input ids", layout.ids(), Differences.ints(expected().get("input_ids")));
        differences.equal(
                "sequence length",
                layout.ids().length,
                expected().get("sequence_length").intValue());
        comparePositions(layout);
        if (expected().has("newline_rows")) {
            differences.equal(
                    "newline rows",
                    layout.newlineRows(),
                    Differences.ints(expected().get("newline_rows")));
            int[] rows = IntStream.concat(Arrays.stream(layout.imageRows()), Arrays.stream(layout.newlineRows()))
                    .sorted()
                    .toArray();
            differences.equal(
                    "placeholder rows", rows, Differences.ints(expected().get("placeholder_rows")));
        }
    }

    @Override
    public void onPixels(int image, PixelPatches patches) {
        images.add(patches);
        if (expected().has("units")) {
            units.compare(image, patches);
            return;
        }
        comparePixels(patches, expected().path("images").get(image).textValue());
        ImageGrid grid = patches.plan().grid();
        compareGrid(
                "image token grid",
                grid.rows(),
                grid.columns(),
                expected().path("image_token_grid").path(image));
        compareGrid(
                "resized height, width",
                patches.resized().height(),
                patches.resized().width(),
                expected().path("resized_hw").path(image));
        JsonNode thw = expected().path("image_grid_thw").path(image);
        if (thw.isArray()) {
            differences.equal(
                    "patch grid", new int[] {1, grid.patchRows(), grid.patchColumns()}, Differences.ints(thw));
        }
    }

    private void comparePositions(PromptLayout layout) {
        JsonNode ids = expected().path("position_ids");
        for (int row = 0; row < ids.size(); row++) {
            differences.equal("position ids", layout.positions().rows()[row], longs(ids.get(row)));
        }
        if (expected().has("rope_delta")) {
            differences.equal(
                    "rope delta",
                    layout.positions().next() - layout.ids().length,
                    expected().get("rope_delta").longValue());
        }
    }

    private void compareGrid(String quantity, int rowCount, int columns, JsonNode grid) {
        if (grid.isArray()) {
            differences.equal(quantity, new int[] {rowCount, columns}, Differences.ints(grid));
        }
    }

    private void comparePixels(PixelPatches patches, String name) {
        Path file = fixture.family().directory().resolve("images").resolve(name + ".safetensors");
        if (Files.exists(file)) {
            FixtureTensors image = new FixtureTensors(file);
            differences.equal("resized rgb", patches.resized().rgb(), image.unsignedBytes("resized_rgb"));
            float[] values = image.shape("pixel_values").length == 2 ? patches.values() : unfolded(patches);
            differences.close("pixel values", values, image.floats("pixel_values"), PIXELS);
        }
    }

    /** Patches [patches, channel, y, x] to a picture [channel, y, x]. */
    private static float[] unfolded(PixelPatches patches) {
        int size = patches.plan().grid().patchSize();
        int height = patches.resized().height();
        int width = patches.resized().width();
        float[] picture = new float[patches.values().length];
        for (int i = 0; i < picture.length; i++) {
            int patch = i / patches.patchValues();
            int inside = i % patches.patchValues();
            int y = patch / patches.plan().grid().patchColumns() * size + inside / size % size;
            int x = patch % patches.plan().grid().patchColumns() * size + inside % size;
            picture[inside / (size * size) * height * width + y * width + x] = patches.values()[i];
        }
        return picture;
    }

    @Override
    public void onVision(int image, VisionFeatures ofImage) {
        features.add(ofImage);
        rows.add(floats(ofImage.rows()));
        ofImage.readouts().forEach((readout, tap) -> taps.computeIfAbsent(readout.block(), key -> new ArrayList<>())
                .add(tap.toFloatArray()));
        compareWindows(image);
        if (features.size() < unitCount()) {
            return;
        }
        differences.equal("image count", images.size(), unitCount());
        if (tensors.has("vision.image_features")) {
            differences.close("image features", withNewlines(), tensors.floats("vision.image_features"), TENSORS);
        }
        for (int i = 0; i < ofImage.additions().size(); i++) {
            int layer = i;
            List<float[]> added = features.stream()
                    .map(unit -> floats(unit.additions().get(layer)))
                    .toList();
            differences.close(
                    "rows that layers add", joined(added), tensors.floats("vision.deepstack_" + layer), TENSORS);
        }
        taps.forEach((layer, parts) -> {
            for (String kind : List.of("block", "hidden")) {
                String name = "vip.cond." + kind + layer;
                if (tensors.has(name)) {
                    differences.close("conditions", joined(parts), tensors.floats(name), TENSORS);
                }
            }
        });
        if (tensors.has("vision.last_block")) {
            differences.close("tower output", joined(lastBlocks), tensors.floats("vision.last_block"), TENSORS);
        }
    }

    /** The rows of all units, with the newline rows in place. */
    private float[] withNewlines() {
        NDArray newline = loaded.model().tower().newline();
        if (newline == null) {
            return joined(rows);
        }
        float[] tokens = joined(rows);
        float[] row = newline.toFloatArray();
        int[] places = Differences.ints(expected().get("placeholder_rows"));
        int[] newlines = Differences.ints(expected().get("newline_rows"));
        float[] all = new float[places.length * row.length];
        int token = 0;
        for (int i = 0; i < places.length; i++) {
            boolean isNewline = Arrays.binarySearch(newlines, places[i]) >= 0;
            System.arraycopy(isNewline ? row : tokens, isNewline ? 0 : token, all, i * row.length, row.length);
            token += isNewline ? 0 : row.length;
        }
        return all;
    }

    @Override
    public void onHidden(int layer, NDArray hidden, int rowCount) {
        String name = "lm.hidden_after_layer_" + layer;
        if (!pruned && tensors.has(name)) {
            differences.close("rows after a layer", head(hidden, rowCount), tensors.floats(name), TENSORS);
        }
    }

    /** Pictures, or where a picture or a video may be several units, these. */
    private int unitCount() {
        return expected().has("units")
                ? UnitReport.withTokens(expected().get("units")).size()
                : expected().path("images").size();
    }

    private void compareWindows(int image) {
        VisionLanguageModel model = loaded.model();
        if (tensors.has("vision.last_block")) {
            try (TensorScope scope = loaded.runtime().openScope()) {
                lastBlocks.add(lastBlock(model.tower(), images.get(image), scope));
            }
        }
        if (tensors.has("vision.window_index") && image == unitCount() - 1) {
            List<ImageGrid> grids =
                    images.stream().map(patches -> patches.plan().grid()).toList();
            QwenTowerStages.Windows windows = QwenTowerStages.windows(model.tower(), grids);
            differences.equal("window index", windows.index(), tensors.ints("vision.window_index"));
            differences.equal("window lengths", windows.lengths(), tensors.ints("vision.cu_window_seqlens"));
            differences.equal("image lengths", windows.images(), tensors.ints("vision.cu_seqlens"));
        }
    }

    /** The rows after the last block in the order of the pixels: {@code [patches, width]}. */
    private static float[] lastBlock(VisionTower tower, PixelPatches image, TensorScope scope) {
        int[] every = IntStream.range(0, image.plan().grid().tokenCount()).toArray();
        try (BlockPass pass = tower.pass(image, every, () -> {}, scope)) {
            pass.runTo(tower.abilities().blocks());
            return pass.patchesInOrder(scope).toFloatArray();
        }
    }

    @Override
    public void onSelection(PruningEvidence evidence, @Nullable ProbeToken probe, TokenSelection selection) {
        if (!pruned) {
            return;
        }
        if (probe != null && tensors.has("glimpse.vectors")) {
            List<float[]> vectors = new ArrayList<>();
            new TreeMap<>(probe.vectors()).values().forEach(vector -> vectors.add(vector.toFloatArray()));
            differences.close("glimpse vectors", joined(vectors), tensors.floats("glimpse.vectors"), VECTORS);
        }
        List<float[]> logits = PredictorRows.of(schedule.cuts().get(0).strategy(), evidence);
        differences.close(
                "glimpse attention",
                PredictorRows.attention(schedule.cuts().get(0).strategy(), evidence),
                tensors.floats("glimpse.attention"),
                TENSORS);
        differences.close("predictor logits", joined(logits), tensors.floats("vip.logits"), TENSORS);
        float[] deciding = java.util.Objects.requireNonNull(selection.logits());
        float[] probabilities = new float[deciding.length];
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = KeepRule.probability(deciding[i]);
        }
        differences.close("predictor probabilities", probabilities, tensors.floats("vip.prob"), TENSORS);
        differences.equal(
                "tokens above the threshold",
                selection.passedThreshold(),
                expected().get("passed_threshold").intValue());
        differences.equal(
                "kept set", selection.kept(), Differences.ints(expected().get("kept_image_indices")));
        differences.equal(
                "kept count", selection.kept().length, expected().get("kept").intValue());
        differences.equal(
                "image tokens", deciding.length, expected().get("image_tokens").intValue());
    }

    @Override
    public void onCut(
            NDArray before,
            int tokensBefore,
            NDArray after,
            int[] keptRows,
            PromptLayout layout,
            List<LayerState> caches) {
        differences.equal("kept rows", keptRows, Differences.ints(expected().get("kept_sequence_indices")));
        compareAfter(keptRows, layout);
        if (tensors.has("reduce.hidden_before")) {
            differences.close(
                    "hidden before the cut",
                    head(before, tokensBefore),
                    tensors.floats("reduce.hidden_before"),
                    TENSORS);
            differences.close(
                    "hidden after the cut",
                    head(after, keptRows.length),
                    tensors.floats("reduce.hidden_after"),
                    TENSORS);
        }
        for (int layer = 0; layer < caches.size(); layer++) {
            compareCache(
                    "keys",
                    "reduce.key_layer" + layer + "_after",
                    ((KvCache) caches.get(layer)).keys(),
                    keptRows.length);
            compareCache(
                    "values",
                    "reduce.value_layer" + layer + "_after",
                    ((KvCache) caches.get(layer)).values(),
                    keptRows.length);
        }
    }

    private void compareAfter(int[] keptRows, PromptLayout layout) {
        long[][] kept = layout.positions().keep(keptRows).rows();
        JsonNode after = expected().get("position_ids_after");
        for (int row = 0; row < kept.length; row++) {
            JsonNode ids = after.get(0).isArray() ? after.get(row) : after;
            differences.equal("position ids after the cut", kept[row], longs(ids));
        }
        if (expected().has("input_ids_after")) {
            int[] ids = new int[keptRows.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = layout.ids()[keptRows[i]];
            }
            differences.equal(
                    "input ids after the cut", ids, Differences.ints(expected().get("input_ids_after")));
        }
    }

    private void compareCache(String quantity, String name, NDArray cache, int length) {
        if (tensors.has(name)) {
            NDArray filled = cache.get(":, :" + length + ", :");
            differences.close(quantity + " after the cut", filled.toFloatArray(), tensors.floats(name), TENSORS);
            filled.close();
        }
    }

    @Override
    public void onToken(int step, long position, int cacheRow) {
        positions.add(position);
        cacheRows.add(cacheRow);
    }

    @Override
    public void onLogits(int step, float[] logits) {
        String name = pruned ? "pruned.step_logits" : "full.step_logits";
        if (tensors.has(name)) {
            float[] all = tensors.floats(name);
            if (all.length < (step + 1) * logits.length) {
                return;
            }
            float[] row = java.util.Arrays.copyOfRange(all, step * logits.length, (step + 1) * logits.length);
            differences.close(pruned ? "logits, pruned" : "logits, unpruned", logits, row, LOGITS);
        }
    }

    /** Compares the answer. */
    void onResult(GenerationResult result) {
        JsonNode answer = expected().get(pruned ? "pruned" : "unpruned");
        String suffix = pruned ? ", pruned" : ", unpruned";
        differences.equal("answer ids" + suffix, result.tokenIds(), Differences.ints(answer.get("generated_ids")));
        differences.equal(
                "answer text" + suffix, result.text(), answer.get("text").textValue());
        compareLikelihood(result);
        UnitReport.compare(differences, expected(), result.report());
        if (!pruned) {
            return;
        }
        // Some references run the last token too.
        JsonNode decodePositions = answer.path("decode_position_ids");
        for (int i = 0; i < Math.min(decodePositions.size(), result.tokenIds().length - 1); i++) {
            if (!decodePositions.get(i).isNull()) {
                differences.equal(
                        "decode positions",
                        positions.get(i),
                        decodePositions.get(i).longValue());
            }
        }
        JsonNode decodeRows = answer.path("decode_cache_position");
        for (int i = 0; i < decodeRows.size(); i++) {
            differences.equal(
                    "decode cache rows", cacheRows.get(i), decodeRows.get(i).intValue());
        }
        for (JsonNode length : expected().path("cache_lengths_after_prefill")) {
            differences.equal("cache lengths", result.prefilledTokens(), length.intValue());
        }
        comparePerImage(result);
        UnitReport.compareKept(differences, expected(), result.report());
    }

    /** Each logit may differ by {@link #LOGITS}, so the logarithm of a probability by twice as much. */
    private void compareLikelihood(GenerationResult result) {
        String name = pruned ? "pruned.step_logits" : "full.step_logits";
        int[] ids = result.tokenIds();
        if (!tensors.has(name) || tensors.shape(name)[0] < ids.length) {
            return;
        }
        float[] all = tensors.floats(name);
        int vocabulary = all.length / Math.toIntExact(tensors.shape(name)[0]);
        double least = 0;
        double sum = 0;
        for (int step = 0; step < ids.length; step++) {
            double total = 0;
            for (int id = 0; id < vocabulary; id++) {
                total += Math.exp(all[step * vocabulary + id]);
            }
            double log = all[step * vocabulary + ids[step]] - Math.log(total);
            least = Math.min(least, log);
            sum += log;
        }
        differences.close(
                "likelihood of the answer",
                new float[] {
                    (float) Math.log(result.likelihood().leastProbability()),
                    (float) Math.log(result.likelihood().sequenceProbability()) / ids.length
                },
                new float[] {(float) least, (float) sum / ids.length},
                2 * LOGITS);
    }

    private void comparePerImage(GenerationResult result) {
        JsonNode perImage = expected().path("per_image");
        for (int i = 0; i < perImage.size(); i++) {
            differences.equal(
                    "kept set per image",
                    result.report().images().get(i).kept(),
                    Differences.ints(perImage.get(i).get("kept_indices")));
        }
        if (expected().has("kept_ratio")) {
            differences.equal(
                    "retention",
                    result.report().retention(),
                    expected().get("kept_ratio").doubleValue());
        }
    }

    private static float[] head(NDArray hidden, int tokens) {
        NDArray rows = hidden.get(":" + tokens);
        float[] values = rows.toFloatArray();
        rows.close();
        return values;
    }

    private static float[] floats(NDArray tensor) {
        return tensor.toFloatArray();
    }

    private static float[] joined(List<float[]> parts) {
        float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int next = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, next, part.length);
            next += part.length;
        }
        return all;
    }

    private static long[] longs(JsonNode array) {
        long[] values = new long[array.size()];
        java.util.Arrays.setAll(values, i -> array.get(i).longValue());
        return values;
    }
}
