package io.github.glimpse.model.clip;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.embedding.MatchScores;
import io.github.glimpse.embedding.PatchReport;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.generate.Differences;
import io.github.glimpse.generate.FixtureFamily;
import io.github.glimpse.generate.FixtureTensors;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** Compares one case, part by part. Tolerances are those that the fixtures' README advises. */
final class ClipCaseCheck implements AutoCloseable {

    private static final double PIXELS = 1e-6;
    private static final double STATES = 5e-4;
    private static final double ATTENTION = 1e-5;
    private static final double LOGITS = 1e-3;

    private final JsonNode expected;
    private final FixtureTensors tensors;
    private final DualEncoder model;
    private final ClipFixturesIT.Model loaded;
    private final Differences differences;
    private final TensorScope scope;
    private final List<String> texts = new ArrayList<>();
    private final List<int[]> ids = new ArrayList<>();
    private final List<byte[]> files = new ArrayList<>();
    private final List<PixelPatches> images = new ArrayList<>();
    private final FixtureFamily family;

    ClipCaseCheck(
            FixtureFamily family,
            Path folder,
            JsonNode request,
            JsonNode expected,
            FixtureTensors tensors,
            ClipFixturesIT.Model loaded,
            Differences differences) {
        this.family = family;
        this.expected = expected;
        this.tensors = tensors;
        this.loaded = loaded;
        this.model = loaded.parts();
        this.differences = differences;
        this.scope = loaded.runtime().openScope();
        request.get("texts").forEach(text -> texts.add(text.textValue()));
        request.get("images").forEach(name -> {
            files.add(bytes(folder.resolve(name.textValue())));
            images.add(picture(name.textValue(), files.get(files.size() - 1)));
        });
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private PixelPatches picture(String name, byte[] file) {
        RasterImage decoded = new ImageDecoder(ImageLimits.defaults(), Transparency.DROP).decode(file);
        PixelPatches patches = model.preprocessor().preprocess(decoded);
        Path golden =
                family.directory().resolve("images").resolve(name.substring(0, name.lastIndexOf('.')) + ".safetensors");
        if (Files.exists(golden)) {
            FixtureTensors values = new FixtureTensors(golden);
            if (values.has("decoded_rgb")) {
                differences.equal("decoded_rgb", decoded.rgb(), values.unsignedBytes("decoded_rgb"));
            }
            differences.equal("resized_rgb", patches.resized().rgb(), values.unsignedBytes("resized_rgb"));
            differences.close("pixel_values", patches.values(), inPatches(values.floats("pixel_values")), PIXELS);
        }
        return patches;
    }

    /** {@code [3, side, side]} in the order of patches. */
    private float[] inPatches(float[] pixels) {
        ClipConfig vision = model.tower().config();
        int patch = vision.patchSize();
        int side = vision.imageSize(); // what is left over beyond the last patch is in none
        float[] values = new float[vision.patches() * vision.channels() * patch * patch];
        int to = 0;
        for (int i = 0; i < vision.patches(); i++) {
            for (int channel = 0; channel < vision.channels(); channel++) {
                for (int y = i / vision.side() * patch; y < (i / vision.side() + 1) * patch; y++) {
                    for (int x = i % vision.side() * patch; x < (i % vision.side() + 1) * patch; x++) {
                        values[to++] = pixels[(channel * side + y) * side + x];
                    }
                }
            }
        }
        return values;
    }

    /** Ids, the row that stands for each text, hidden states, vectors. */
    void texts() {
        ClipTextTower tower = model.textTower();
        for (int i = 0; i < texts.size(); i++) {
            int[] found = model.ids(texts.get(i));
            ids.add(found);
            differences.equal(
                    "input_ids",
                    found,
                    Differences.ints(expected.get("input_ids").get(i)));
            if (expected.has("pooled_position")) {
                differences.equal(
                        "pooled_position",
                        tower.config().pooledRow(found),
                        expected.get("pooled_position").get(i).intValue());
            }
        }
        int length = tower.config().padsTexts() ? tower.config().positions() : ids.get(0).length;
        tower.pooled(List.of(ids.get(0)), () -> {}, scope, (hidden, state) -> {
            String name = "text.0.hidden_" + state;
            if (tensors.has(name)) {
                differences.close(
                        "text hidden states", first(hidden.toFloatArray(), name), tensors.floats(name), STATES);
            }
            if (state == tower.config().depth()) {
                int[] all = IntStream.range(0, length).toArray();
                close(
                        "text.0.last_hidden_state",
                        tower.normed(hidden, all, scope, scope).toFloatArray(),
                        STATES);
            }
        });
        close("text.pooled", tower.pooled(ids, () -> {}, scope).toFloatArray(), STATES);
        if (expected.hasNonNull("padded_input_ids")) {
            List<int[]> padded = new ArrayList<>();
            expected.get("padded_input_ids").forEach(text -> padded.add(Differences.ints(text)));
            close("text.pooled", tower.pooled(padded, () -> {}, scope).toFloatArray(), STATES);
        }
        close("text_embeds", model.textVectors(ids, () -> {}, scope).toFloatArray(), STATES);
        differences.close(
                "text_embeds as users have them",
                flat(loaded.engine().embedTexts(texts).vectors()),
                tensors.floats("text_embeds"),
                STATES);
    }

    private float[] first(float[] rows, String name) {
        return Arrays.copyOf(rows, tensors.floats(name).length);
    }

    /** Each picture alone, and all in one batch. */
    void pictures() {
        for (int i = 0; i < images.size(); i++) {
            onePicture(i);
        }
        try (TowerPass pass = model.tower().pass(images, () -> {}, scope)) {
            pass.runTo(model.tower().config().depth());
            if (tensors.has("vision.pooled") && model.placesPatches()) {
                close("vision.pooled", pass.pooled(scope).toFloatArray(), STATES);
            }
            close("image_embeds", model.imageVectors(pass, scope).toFloatArray(), STATES);
        }
        differences.close(
                "image_embeds as users have them",
                flat(loaded.engine().embedImages(files).vectors()),
                tensors.floats("image_embeds"),
                STATES);
    }

    private void onePicture(int number) {
        String prefix = "vision." + number + ".";
        int depth = model.tower().config().depth();
        boolean classRow = model.tower().config().layout().classRows() > 0;
        List<Float> attention = new ArrayList<>();
        try (TowerPass pass = model.tower().pass(List.of(images.get(number)), () -> {}, scope)) {
            for (int block = 0; block < depth; block++) {
                state(prefix, pass);
                if (classRow) {
                    NDArray byHead =
                            pass.read(TowerReadout.classAttention(block), scope).get(0);
                    for (float score : byHead.mean(new int[] {0}).toFloatArray()) {
                        attention.add(score);
                    }
                }
                pass.runTo(block + 1);
            }
            state(prefix, pass);
            // SigLIP's reference normalises all rows.
            close(
                    prefix + "last_hidden_state",
                    (classRow ? pass.rows(scope) : pass.normedRows(scope)).toFloatArray(),
                    STATES);
        }
        if (tensors.has(prefix + "cls_attention")) {
            float[] found = new float[attention.size()];
            IntStream.range(0, found.length).forEach(i -> found[i] = attention.get(i));
            close(prefix + "cls_attention", found, ATTENTION);
        }
    }

    private void state(String prefix, TowerPass pass) {
        String name = prefix + "hidden_" + pass.blocks();
        if (tensors.has(name)) {
            close(name, pass.rows(scope).toFloatArray(), STATES);
        }
    }

    /** Scale, and logits of all pairs. */
    void likeness() {
        differences.close(
                "logit_scale",
                new float[] {(float) model.logitScale()},
                new float[] {expected.get("logit_scale").floatValue()},
                1e-4);
        MatchScores scores = loaded.engine().match(files, texts);
        close("logits_per_image", flat(Arrays.asList(scores.logits())), LOGITS);
        if (tensors.has("probabilities")) {
            close("probabilities", flat(Arrays.asList(scores.probabilities())), ATTENTION);
        }
    }

    /** One way of pruning: kept sets and scores as users have them, then the rows step by step. */
    void variant(JsonNode variant) {
        String name = variant.get("name").textValue();
        PruningOptions pruning = pruning(variant);
        MatchScores scores = loaded.engine().match(files, texts, pruning);
        close(name + ".logits_per_image", flat(Arrays.asList(scores.logits())), LOGITS);
        JsonNode runs = runs(name);
        List<PatchReport.Image> report = scores.report().images();
        differences.equal("count of runs", report.size(), runs.size());
        for (int i = 0; i < runs.size(); i++) {
            run(name, variant, runs.get(i), report.get(i));
        }
        if (!asksTexts(variant)) {
            List<PatchReport.Image> alone =
                    loaded.engine().embedImages(files, pruning).report().images();
            for (int i = 0; i < alone.size(); i++) {
                differences.equal(
                        "kept without texts", alone.get(i).kept(), report.get(i).kept());
            }
        }
    }

    private JsonNode runs(String name) {
        for (JsonNode variant : expected.get("variants")) {
            if (variant.get("name").textValue().equals(name)) {
                return variant.get("runs");
            }
        }
        throw new AssertionError("The reference has no variant " + name);
    }

    private void run(String name, JsonNode variant, JsonNode run, PatchReport.Image report) {
        String label = run.get("run").textValue();
        String prefix = name + "." + label + ".";
        JsonNode steps = run.get("steps");
        List<Integer> dropping = dropping(steps, prefix);
        differences.equal("count of cuts", report.cuts().size(), dropping.size());
        int image = Integer.parseInt(label.substring(1).split("\\.", -1)[0]);
        try (TowerPass pass = model.tower().pass(List.of(images.get(image)), () -> {}, scope)) {
            for (int number = 0; number < dropping.size(); number++) {
                PatchReport.Cut cut = report.cuts().get(number);
                int i = dropping.get(number);
                int layer = steps.get(i).get("layer").intValue();
                int depth = model.tower().config().depth();
                int layers = cut.at().stage() == PruningPoint.Stage.VISION
                        ? depth
                        : cut.at().layers();
                differences.equal("layer", layers, layer + 1);
                differences.equal(
                        "kept", cut.kept(), Differences.ints(steps.get(i).get("kept")));
                differences.equal("alive", cut.alive(), pass.alive(0));
                // A batch differs from a picture alone in its last digits only.
                JsonNode step = variant.get("steps").get(i);
                close(prefix + "step" + layer + ".scores", scores(step, cut, pass), ATTENTION);
                step(pass, step, cut, layers, prefix + "step" + layer + ".hidden_after");
            }
            pass.runTo(model.tower().config().depth());
            if (model.placesPatches()) {
                close(prefix + "pooled", pass.pooled(scope).toFloatArray(), STATES);
            }
            close(prefix + "image_embed", model.imageVectors(pass, scope).toFloatArray(), STATES);
        }
    }

    /** The reference has the mean over the rows that look, here is their sum. */
    private static float[] scores(JsonNode step, PatchReport.Cut cut, TowerPass pass) {
        float[] scores = Objects.requireNonNull(cut.scores()).clone();
        if (step.get("evidence").textValue().equals("received")) {
            for (int i = 0; i < scores.length; i++) {
                scores[i] /= pass.living();
            }
        }
        return scores;
    }

    private static boolean asksTexts(JsonNode variant) {
        return variant.get("steps").findValuesAsText("evidence").stream()
                .anyMatch(evidence -> evidence.equals("text") || evidence.equals("mixed"));
    }

    /** The steps that drop something. The others are nothing here, so there are no scores to compare. */
    private List<Integer> dropping(JsonNode steps, String prefix) {
        List<Integer> dropping = new ArrayList<>();
        int alive = model.tower().config().patches();
        for (int i = 0; i < steps.size(); i++) {
            int kept = steps.get(i).get("kept").size();
            if (kept < alive) {
                dropping.add(i);
            } else {
                String name = prefix + "step" + steps.get(i).get("layer").intValue();
                tensors.leaveOut(name + ".scores");
                tensors.leaveOut(name + ".hidden_after");
            }
            alive = kept;
        }
        return dropping;
    }

    private void step(TowerPass pass, JsonNode step, PatchReport.Cut cut, int layers, String after) {
        int[] places = Arrays.stream(cut.kept())
                .map(patch -> Arrays.binarySearch(cut.alive(), patch))
                .toArray();
        int[][] kept = {places};
        if (cut.strategy().equals("text-similarity")) {
            pass.runTo(layers);
            pass.keep(kept);
            after(pass, after);
            return;
        }
        pass.runTo(layers - 1);
        if (step.path("fuse").asBoolean()) {
            pass.attendFusing(kept, new float[][] {Objects.requireNonNull(cut.scores())});
        } else {
            pass.attendKeeping(kept);
        }
        if (step.path("before_mlp").asBoolean()) {
            after(pass, after);
            pass.feedForward();
        } else {
            pass.feedForward();
            after(pass, after);
        }
    }

    private void after(TowerPass pass, String name) {
        if (tensors.has(name)) {
            close(name, pass.rows(scope).toFloatArray(), STATES);
        }
    }

    private PruningOptions pruning(JsonNode variant) {
        List<PruningStep> steps = new ArrayList<>();
        int depth = model.tower().config().depth();
        for (JsonNode step : variant.get("steps")) {
            int layer = step.get("layer").intValue();
            Map<String, String> options = new HashMap<>();
            String strategy =
                    switch (step.get("evidence").textValue()) {
                        case "received" -> "received-attention";
                        case "cls" -> step.path("before_mlp").asBoolean() ? "evit" : "cls-attention";
                        default -> "text-similarity";
                    };
            if (strategy.equals("evit")) {
                options.put("fuse", String.valueOf(step.path("fuse").asBoolean()));
            }
            if (strategy.equals("text-similarity")) {
                options.put("texts", variant.path("texts").asText().equals("each") ? "each" : "joint");
                options.put(
                        "share",
                        step.get("evidence").textValue().equals("text")
                                ? "1"
                                : String.valueOf(step.path("alpha").asDouble(0.5)));
            }
            steps.add(PruningStep.builder(strategy)
                    .at(layer == depth - 1 ? "layer last" : "layer " + (layer + 1))
                    .retentionRatio(step.get("ratio").doubleValue())
                    .options(options)
                    .build());
        }
        return PruningOptions.builder().schedule(steps).build();
    }

    /** Compares with the tensor of this name; digits in names are left out of the report. */
    private void close(String name, float[] found, double tolerance) {
        if (tensors.has(name)) {
            differences.close(
                    name.replaceAll("\\.(i?[0-9]+)(\\.t[0-9]+)?\\.", "."), found, tensors.floats(name), tolerance);
        }
    }

    private static float[] flat(List<float[]> rows) {
        int width = rows.isEmpty() ? 0 : rows.get(0).length;
        float[] flat = new float[rows.size() * width];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, flat, i * width, width);
        }
        return flat;
    }

    @Override
    public void close() {
        scope.close();
    }
}
