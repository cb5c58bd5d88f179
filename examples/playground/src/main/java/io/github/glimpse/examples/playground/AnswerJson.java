package io.github.glimpse.examples.playground;

import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.PlannedCut;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.StepReport;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.request.GlimpseTokenUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an answer says of itself, as the page reads it. Token numbers are those of each unit's grid, row by row. */
final class AnswerJson {

    private AnswerJson() {}

    /**
     * The event {@code pruned}.
     *
     * @param plan the cuts with the numbers that applied
     * @param order numbers of the sent pictures in the order of the prompt
     */
    static Map<String, Object> pruned(GlimpseChatResponseMetadata metadata, List<PlannedCut> plan, int[] order) {
        PruningReport report = metadata.pruning();
        int leftOut = metadata.history().leftOutPictures();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("strategy", report.strategy());
        json.put("at", report.at() == null ? null : report.at().toString());
        json.put("imageTokens", report.imageTokens());
        json.put("keptTokens", report.keptTokens());
        json.put("confidence", metadata.confidence());
        json.put("leftOutPictures", leftOut);
        List<Object> units = new ArrayList<>();
        for (PruningReport.Image image : report.images()) {
            int place = leftOut + image.unit().index();
            units.add(unit(image, place < order.length ? order[place] : -1));
        }
        json.put("units", units);
        List<Object> steps = new ArrayList<>();
        for (int i = 0; i < report.steps().size(); i++) {
            // A strategy of two scales reports its coarse pass too: then the numbers of the plan are those of no step.
            boolean planned = plan.size() == report.steps().size();
            steps.add(step(report, report.steps().get(i), planned ? plan.get(i).budget() : null));
        }
        json.put("steps", steps);
        return json;
    }

    private static Map<String, Object> unit(PruningReport.Image image, int picture) {
        TokenUnit unit = image.unit();
        PatchPlan plan = unit.plan();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("picture", picture);
        json.put("kind", unit.kind().label());
        json.put("rows", plan.grid().rows());
        json.put("columns", plan.grid().columns());
        json.put("left", plan.left());
        json.put("top", plan.top());
        json.put("tokenWidth", plan.tokenWidth());
        json.put("tokenHeight", plan.tokenHeight());
        json.put("resizedWidth", plan.resizedWidth());
        json.put("resizedHeight", plan.resizedHeight());
        json.put("imageTokens", image.imageTokens());
        json.put("kept", Json.bits(image.kept(), plan.grid().tokenCount()));
        return json;
    }

    private static Map<String, Object> step(PruningReport report, StepReport step, @Nullable TokenBudget budget) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("at", step.at().toString());
        json.put("strategy", step.strategy());
        json.put(
                "reason", step.ratioReason() == null ? null : step.ratioReason().label());
        json.put(
                "confidence",
                step.confidence() == null ? null : step.confidence().confidence());
        json.put("guard", step.guard().action().label());
        json.put("guardMessage", step.guard().message());
        if (budget != null) {
            Map<String, Object> numbers = new LinkedHashMap<>();
            numbers.put("retentionRatio", budget.retentionRatio());
            numbers.put("threshold", budget.threshold());
            numbers.put("maxRetentionRatio", budget.maxRetentionRatio());
            numbers.put("minTokens", budget.minTokens());
            numbers.put(
                    "anchors",
                    budget.anchors() == null
                            ? List.of()
                            : budget.anchors().stream().map(Anchor::label).toList());
            json.put("numbers", numbers);
        }
        List<Object> images = new ArrayList<>();
        for (int i = 0; i < step.images().size(); i++) {
            StepReport.Image image = step.images().get(i);
            Map<String, Object> entry = new LinkedHashMap<>();
            int tokens = report.images().get(i).plan().grid().tokenCount();
            entry.put("kept", Json.bits(image.kept(), tokens));
            entry.put(
                    "kind", image.scores() == null ? null : image.kind().name().toLowerCase(java.util.Locale.ROOT));
            entry.put("scores", Json.floats(image.scores()));
            entry.put("logits", Json.floats(image.logits()));
            images.add(entry);
        }
        json.put("images", images);
        return json;
    }

    /** The event {@code done}. */
    static Map<String, Object> done(ChatResponse response, GlimpseChatResponseMetadata metadata, LoadedModel engine) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("text", response.aiMessage().text());
        json.put("reason", String.valueOf(response.finishReason()));
        if (metadata.tokenUsage() instanceof GlimpseTokenUsage usage) {
            int input = usage.inputTokenCount();
            int output = usage.outputTokenCount();
            json.put("inputTokens", input);
            json.put("outputTokens", output);
            json.put("imageTokens", usage.imageTokenCount());
            json.put("prunedTokens", usage.prunedImageTokenCount());
            long each = engine.cacheBytesPerToken();
            json.put("cacheBytes", each * (input + output - usage.prunedImageTokenCount()));
            json.put("cacheBytesUnpruned", each * (input + output));
        }
        AnswerLikelihood likelihood = metadata.likelihood();
        if (likelihood != null) {
            json.put("leastProbability", likelihood.leastProbability());
            json.put("meanProbability", likelihood.meanProbability());
            json.put("sequenceProbability", likelihood.sequenceProbability());
        }
        json.put("leftOutMessages", metadata.history().leftOutMessages());
        json.put("timings", timings(metadata.timings()));
        return json;
    }

    private static Map<String, Object> timings(StageTimings timings) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("waiting", millis(timings.waiting()));
        json.put("images", millis(timings.images()));
        json.put("vision", millis(timings.vision()));
        json.put("prefillBeforeCut", millis(timings.prefillBeforeCut()));
        json.put("pruning", millis(timings.pruning()));
        json.put("prefillAfterCut", millis(timings.prefillAfterCut()));
        json.put("toFirstToken", millis(timings.toFirstToken()));
        json.put("decoding", millis(timings.decoding()));
        return json;
    }

    private static double millis(Duration time) {
        return time.toNanos() / 1e6;
    }
}
