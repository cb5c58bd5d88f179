package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.model.Positions;
import io.github.glimpse.prefill.Sequence;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.glimpse.PredictorRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares one run of a schedule with a case, as it goes by. */
final class StrategyCheck implements StageObserver {

    // The fixtures' advice: two correct implementations in float32 apart.
    private static final double SCORES = 5e-6;
    private static final double TENSORS = 5e-4;
    private static final double LOGITS = 1e-3;
    private static final double FIRST_LOGITS = 3e-4;

    private final StrategyCase strategyCase;
    private final FixtureTensors tensors;
    private final Differences differences;
    private final LoadedModel loaded;
    private final PruningSchedule schedule;
    private final List<float[]> logits = new ArrayList<>();
    private final List<float[]> merged = new ArrayList<>();
    private final List<Integer> picks = new ArrayList<>();
    private int tokensSeen;
    private int steps;
    private int[] alive = {};

    StrategyCheck(
            StrategyCase strategyCase,
            FixtureTensors tensors,
            Differences differences,
            LoadedModel loaded,
            PruningSchedule schedule) {
        this.strategyCase = strategyCase;
        this.tensors = tensors;
        this.differences = differences;
        this.loaded = loaded;
        this.schedule = schedule;
    }

    private JsonNode expected() {
        return strategyCase.json();
    }

    @Override
    public void onSelection(PruningEvidence evidence, @Nullable ProbeToken probe, TokenSelection selection) {
        Cut cut = schedule.cuts().get(steps);
        if (cut.name().equals(PruningOptions.GLIMPSE)) {
            differences.close(
                    "glimpse attention",
                    PredictorRows.attention(cut.strategy(), evidence),
                    tensors.floats("glimpse.attention"),
                    TENSORS);
            differences.close(
                    "predictor logits",
                    java.util.Objects.requireNonNull(selection.logits()),
                    tensors.floats("glimpse.logits"),
                    TENSORS);
        }
        if (expected().get("steps").get(steps).has("order")) {
            addPicks(cut.strategy(), evidence, selection.kept().length);
        }
    }

    /** A shorter choice is the beginning of a longer one, so the choices of one token, of two and so on tell the order. */
    private void addPicks(PruningStrategy strategy, PruningEvidence evidence, int count) {
        int[] before = {};
        for (int picked = 1; picked <= count; picked++) {
            int[] now = strategy.select(evidence, TokenBudget.ofCount(picked)).kept();
            for (int place : now) {
                if (Arrays.binarySearch(before, place) < 0) {
                    picks.add(tokensSeen + evidence.alive()[place]);
                }
            }
            before = now;
        }
        tokensSeen += evidence.images().stream().mapToInt(ImageGrid::tokenCount).sum();
    }

    @Override
    public void onStep(Cut cut, int[] before, TokenSelection selection, int[] after) {
        JsonNode step = expected().get("steps").get(steps++);
        alive = after;
        differences.equal("place of a step", cut.at().toString(), step.get("at").textValue());
        differences.equal("kept set of a step", after, Differences.ints(step.get("kept")));
        differences.equal(
                "kept count of a step", after.length, step.get("count").intValue());
        if (step.has("order")) {
            List<Integer> order = new ArrayList<>();
            step.get("order").forEach(image -> image.forEach(token -> order.add(token.intValue())));
            differences.equal(
                    "picking order",
                    picks.stream().mapToInt(Integer::intValue).toArray(),
                    order.stream().mapToInt(Integer::intValue).toArray());
            picks.clear();
            tokensSeen = 0;
        }
        String placed = cut.name() + "." + cut.at().toString().replace(" ", "") + ".scores";
        String scores = tensors.has(placed) ? placed : cut.name() + ".scores";
        if (selection.scores() == null && Double.valueOf(1).equals(cut.budget().retentionRatio())) {
            // It drops nothing, so nothing was scored.
            tensors.leaveOut(scores);
        } else if (tensors.has(scores)) {
            float[] wanted = tensors.floats(scores);
            float[] found = java.util.Objects.requireNonNull(selection.scores()).clone();
            boolean overTime = cut.strategy().traits(cut.at()).contains(StrategyTrait.OVER_TIME);
            for (int i = 0; i < wanted.length; i++) {
                // Not scored there; what stands in its place decides nothing. Of a video that is the whole first slice.
                boolean skipped = Float.isNaN(wanted[i]);
                wanted[i] = skipped ? 0 : wanted[i];
                found[i] = (skipped && overTime) || (wanted[i] == 0 && !Float.isFinite(found[i])) ? 0 : found[i];
            }
            differences.close("scores", found, wanted, SCORES);
        }
    }

    @Override
    public void onImageRows(int image, NDArray rows) {
        if (tensors.has("merged")) {
            try (TensorScope scope = loaded.runtime().openScope()) {
                merged.add(loaded.model().decoder().rows().widen(rows, scope).toFloatArray());
            }
        }
    }

    @Override
    public void onSequence(Sequence sequence, Positions positions) {
        JsonNode ids = expected().get("position_ids_after");
        if (ids.get(0).isArray()) {
            for (int row = 0; row < ids.size(); row++) {
                differences.equal("position ids after the cuts", positions.rows()[row], longs(ids.get(row)));
            }
        } else {
            differences.equal("position ids after the cuts", positions.rows()[0], longs(ids));
        }
        differences.equal(
                "rows after the cuts",
                sequence.rows(),
                expected().get("rows_after").intValue());
        JsonNode lengths = expected().get("cache_lengths_after_prefill");
        for (int layer = 0; layer < lengths.size(); layer++) {
            // A layer that remembers a state has no length.
            if (!lengths.get(layer).isNull()) {
                differences.equal(
                        "cache lengths",
                        sequence.caches().get(layer).length(),
                        lengths.get(layer).intValue());
            }
        }
        differences.equal(
                "first decode positions",
                sequence.nextPositions(),
                longs(expected().get("first_decode_position_per_layer")));
        differences.equal("kept set", alive, Differences.ints(expected().get("kept_image_indices")));
        if (tensors.has("merged")) {
            differences.close("mixed rows", joined(merged), tensors.floats("merged"), TENSORS);
        }
    }

    @Override
    public void onLogits(int step, float[] ofStep) {
        logits.add(ofStep);
    }

    void onResult(GenerationResult result) {
        differences.equal("steps", steps, expected().get("steps").size());
        differences.equal(
                "answer ids", result.tokenIds(), Differences.ints(expected().get("generated_ids")));
        UnitReport.compareKept(differences, expected(), result.report());
        if (tensors.has("first_step_logits")) {
            differences.close(
                    "logits of the first step", logits.get(0), tensors.floats("first_step_logits"), FIRST_LOGITS);
        } else {
            differences.close("logits of the steps", joined(logits), tensors.floats("step_logits"), LOGITS);
        }
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
        return Arrays.stream(Differences.ints(array)).asLongStream().toArray();
    }
}
