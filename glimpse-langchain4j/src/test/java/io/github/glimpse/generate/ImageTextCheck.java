package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.prefill.Selections;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.KeepRule;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.TokenSelection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares the stages of one run of a model with cross-attention with a case, as they go by. */
final class ImageTextCheck implements StageObserver {

    // The fixtures' advice for float32 on a CPU.
    private static final double PIXELS = 1e-6;
    private static final double ROWS = 5e-4;
    private static final double SCORES = 1e-5;
    private static final double CROSS_ATTENTION = 5e-5;
    private static final double EVIDENCE = 1e-3;
    private static final double LOGITS = 1e-3;

    private final Path family;
    private final JsonNode expected;
    private final @Nullable JsonNode variant;
    private final FixtureTensors tensors;
    private final Differences differences;
    private final int depth;
    private int towerCuts;
    private int[] towerAlive = {};
    private int cutLayer = -1;
    private List<Integer> layers = List.of();

    /**
     * @param variant its entry in the expected file, null for the plain run
     * @param depth layers of the text
     */
    ImageTextCheck(
            Path family,
            JsonNode expected,
            @Nullable JsonNode variant,
            FixtureTensors tensors,
            Differences differences,
            int depth) {
        this.family = family;
        this.expected = expected;
        this.variant = variant;
        this.tensors = tensors;
        this.differences = differences;
        this.depth = depth;
    }

    private String name(String tensor) {
        return variant == null ? tensor : variant.get("name").textValue() + "." + tensor;
    }

    private void compare(String quantity, String tensor, float[] actual, double tolerance) {
        if (tensors.has(tensor)) {
            differences.close(quantity, actual, tensors.floats(tensor), tolerance);
        }
    }

    @Override
    public void onPixels(int image, PixelPatches patches) {
        FixtureTensors reference = new FixtureTensors(
                family.resolve("images").resolve(expected.get("images").get(0).textValue() + ".safetensors"));
        differences.equal("resized picture", patches.resized().rgb(), reference.unsignedBytes("resized_rgb"));
        differences.close(
                "pixel values", patches.values(), inPatches(reference.floats("pixel_values"), patches), PIXELS);
    }

    /** Channel after channel -> patch after patch. What is left over beyond the last patch is in none. */
    private static float[] inPatches(float[] planes, PixelPatches patches) {
        int side = patches.plan().grid().patchSize();
        int columns = patches.plan().grid().patchColumns();
        int width = patches.plan().resizedWidth();
        int area = width * patches.plan().resizedHeight();
        float[] values = new float[patches.values().length];
        for (int i = 0; i < values.length; i++) {
            int patch = i / patches.patchValues();
            int inPatch = i % patches.patchValues();
            int channel = inPatch / (side * side);
            int y = patch / columns * side + inPatch % (side * side) / side;
            int x = patch % columns * side + inPatch % side;
            values[i] = planes[channel * area + y * width + x];
        }
        return values;
    }

    @Override
    public void onTowerCut(int blocks, TokenSelection selection) {
        JsonNode step = expected("tower").get(towerCuts);
        differences.equal("tower: block", blocks - 1, step.get("layer").intValue());
        if (towerCuts == 0) {
            compare("tower: scores", name("tower.scores"), Objects.requireNonNull(selection.scores()), SCORES);
        }
        towerAlive = towerCuts == 0 ? selection.kept() : Selections.pick(towerAlive, selection.kept());
        differences.equal("tower: kept", towerAlive, Differences.ints(step.get("kept")));
        towerCuts++;
    }

    private JsonNode expected(String key) {
        return java.util.Objects.requireNonNull(variant).path(key);
    }

    @Override
    public void onVision(int image, VisionFeatures features) {
        if (variant == null) {
            compare("tower: rows", "vision.last_hidden_state", features.rows().toFloatArray(), ROWS);
        } else {
            differences.equal("tower: cuts", towerCuts, expected("tower").size());
            compare(
                    "tower: rows left",
                    name("tower.last_hidden_state"),
                    features.rows().toFloatArray(),
                    ROWS);
        }
    }

    @Override
    public void onTextIds(int[] ids) {
        differences.equal("input ids", ids, Differences.ints(expected.get("input_ids")));
    }

    @Override
    public void onTextRows(int layer, NDArray rows, int textRows) {
        int width = Math.toIntExact(rows.getShape().get(1));
        float[] text = Arrays.copyOf(rows.toFloatArray(), textRows * width);
        if (variant == null) {
            compare("text: rows", "text.hidden_" + (layer + 1), text, ROWS);
        }
        if (layer == depth - 1) {
            compare("text: last rows", name("text.last_hidden_state").replaceFirst("^text\\.text", "text"), text, ROWS);
        } else if (variant != null && layer == cutLayer) {
            compare("text: rows before the cut", name("text_before_cut"), text, ROWS);
        }
    }

    void cutsAfter(int layer) {
        cutLayer = layer;
    }

    @Override
    public boolean wantsCrossScores() {
        return variant == null;
    }

    @Override
    public void onCrossScores(int layer, NDArray scores, int textRows) {
        if (variant == null) {
            compare("text: attention", "text.cross_attention_" + layer, softmax(scores), CROSS_ATTENTION);
        }
    }

    private static float[] softmax(NDArray scores) {
        return scores.softmax(-1).toFloatArray();
    }

    @Override
    public void onSelection(PruningEvidence evidence, @Nullable ProbeToken probe, TokenSelection selection) {
        int[] kept = Selections.pick(evidence.alive(), selection.kept());
        differences.equal("kept", kept, Differences.ints(expected("kept")));
        float[] scores = java.util.Objects.requireNonNull(selection.scores());
        float[] logits = selection.logits();
        if (logits == null) {
            compare("scores", name("scores"), scores, SCORES);
            return;
        }
        compare("predictor: logits", name("vip_logits"), logits, LOGITS);
        float[] probabilities = new float[logits.length];
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = KeepRule.probability(logits[i]);
        }
        compare("predictor: probabilities", name("scores"), probabilities, LOGITS);
        compare("predictor: evidence", name("evidence"), evidence(evidence), EVIDENCE);
    }

    /** Layers in the module's order, which is that of the columns. */
    void readsLayers(List<Integer> order) {
        layers = order;
    }

    private float[] evidence(PruningEvidence evidence) {
        List<float[]> parts = new ArrayList<>();
        layers.forEach(layer ->
                parts.add(java.util.Objects.requireNonNull(evidence.attention().get(layer))
                        .toFloatArray()));
        int patches = evidence.alive().length;
        int heads = parts.get(0).length / patches;
        float[] joined = new float[patches * heads * parts.size()];
        for (int patch = 0; patch < patches; patch++) {
            for (int part = 0; part < parts.size(); part++) {
                System.arraycopy(parts.get(part), patch * heads, joined, (patch * parts.size() + part) * heads, heads);
            }
        }
        return joined;
    }

    @Override
    public void onLogits(int step, float[] logits) {
        String tensor = variant == null ? "full.step_logits" : name("step_logits");
        if (tensors.has(tensor) && step < tensors.shape(tensor)[0]) {
            float[] all = tensors.floats(tensor);
            differences.close(
                    "logits",
                    logits,
                    Arrays.copyOfRange(all, step * logits.length, (step + 1) * logits.length),
                    LOGITS);
        }
    }

    @Override
    public void onUnits(float[] picture, float[] text) {
        if (variant == null) {
            compare("picture apart", "itc_image_feature", picture, ROWS);
            compare("text apart", "itc_text_feature", text, ROWS);
        }
    }
}
