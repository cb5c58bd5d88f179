package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import io.github.glimpse.Warnings;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.generate.HistoryReport;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.prune.GuardReport;
import io.github.glimpse.prune.PruningReport;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The field {@code glimpse} of an answer: what pruning did, how sure it was, and where the time went. */
final class ReportJson {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final double NANOS_PER_MILLI = 1e6;

    private ReportJson() {}

    /**
     * The report; empty for models of others, which have none, unless the request has warnings.
     *
     * @param warnings fields of the request without an effect
     */
    static Optional<ObjectNode> of(ChatResponseMetadata metadata, List<String> warnings) {
        Warnings all = new Warnings();
        all.addAll(warnings);
        ObjectNode report = NODES.objectNode();
        if (metadata instanceof GlimpseChatResponseMetadata own) {
            report.setAll(own(own));
            all.addAll(own.warnings());
        } else if (warnings.isEmpty()) {
            return Optional.empty();
        }
        ArrayNode list = report.putArray("warnings");
        all.list().forEach(list::add);
        return Optional.of(report);
    }

    private static ObjectNode own(GlimpseChatResponseMetadata metadata) {
        PruningReport pruning = metadata.pruning();
        ObjectNode report = NODES.objectNode();
        report.put("strategy", pruning.strategy());
        report.put("at", pruning.at() == null ? null : pruning.at().toString());
        report.put("image_tokens", pruning.imageTokens());
        report.put("kept_tokens", pruning.keptTokens());
        report.put("retention", pruning.retention());
        report.put("confidence", pruning.confidence());
        report.put(
                "ratio_reason",
                pruning.ratioReason() == null ? null : pruning.ratioReason().label());
        report.set("guard", guard(pruning.guard()));
        ArrayNode images = report.putArray("images");
        pruning.images().forEach(image -> images.add(image(image)));
        ArrayNode steps = report.putArray("steps");
        pruning.steps().forEach(step -> steps.addObject()
                .put("at", step.at().toString())
                .put("strategy", step.strategy())
                .put("kept_tokens", step.keptTokens()));
        if (metadata.likelihood() != null) {
            report.putObject("likelihood")
                    .put("least", metadata.likelihood().leastProbability())
                    .put("mean", metadata.likelihood().meanProbability())
                    .put("sequence", metadata.likelihood().sequenceProbability());
        }
        if (metadata.tools().withheld() != null) {
            report.put("tools_withheld", metadata.tools().withheld().name().toLowerCase(Locale.ROOT));
        }
        report.set("history", history(metadata.history()));
        if (!metadata.tools().untrained().isEmpty()) {
            ArrayNode untrained = report.putArray("tools_untrained");
            metadata.tools().untrained().forEach(untrained::add);
        }
        if (!metadata.tools().dropped().isEmpty()) {
            ArrayNode dropped = report.putArray("tools_dropped");
            metadata.tools().dropped().forEach(dropped::add);
        }
        report.put("reuse", metadata.reuse().kind().label());
        report.set("timings_ms", timings(metadata.timings()));
        return report;
    }

    private static ObjectNode history(HistoryReport history) {
        ObjectNode node = NODES.objectNode()
                .put("whole", history.isWhole())
                .put("left_out_images", history.leftOutPictures())
                .put("left_out_attachments", history.leftOutAttachments())
                .put("left_out_messages", history.leftOutMessages());
        ArrayNode repairs = node.putArray("repairs");
        history.repairs().forEach(repairs::add);
        ArrayNode leftOut = node.putArray("left_out");
        history.leftOutTexts().forEach(leftOut::add);
        return node;
    }

    private static ObjectNode guard(GuardReport guard) {
        return NODES.objectNode().put("action", guard.action().label()).put("message", guard.message());
    }

    /** A token (row, column) covers width x height pixels of the picture from left + column * width and top + row * height on. */
    private static ObjectNode image(PruningReport.Image image) {
        PatchPlan plan = image.plan();
        ObjectNode node = NODES.objectNode()
                .put("index", image.unit().index())
                .put("kind", image.unit().kind().label())
                .put("rows", plan.grid().rows())
                .put("columns", plan.grid().columns())
                .put("image_tokens", image.imageTokens())
                .put("left", plan.left())
                .put("top", plan.top())
                .put("token_width", plan.tokenWidth())
                .put("token_height", plan.tokenHeight());
        ArrayNode kept = node.putArray("kept");
        for (int token : image.kept()) {
            kept.add(token);
        }
        float[] probabilities = image.probabilities();
        if (probabilities != null) {
            ArrayNode scores = node.putArray("scores");
            for (float probability : probabilities) {
                scores.add(probability);
            }
        }
        return node;
    }

    private static ObjectNode timings(StageTimings timings) {
        return NODES.objectNode()
                .put("waiting", millis(timings.waiting()))
                .put("images", millis(timings.images()))
                .put("vision", millis(timings.vision()))
                .put("prefill_before_cut", millis(timings.prefillBeforeCut()))
                .put("pruning", millis(timings.pruning()))
                .put("prefill_after_cut", millis(timings.prefillAfterCut()))
                .put("to_first_token", millis(timings.toFirstToken()))
                .put("decoding", millis(timings.decoding()));
    }

    private static double millis(Duration time) {
        return Math.round(time.toNanos() / NANOS_PER_MILLI * 1000) / 1000.0;
    }
}
