package io.github.glimpse.generate;

import io.github.glimpse.answer.ThinkingReport;
import io.github.glimpse.form.ConstraintReport;
import io.github.glimpse.prefill.ReuseReport;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.sampling.LookupReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer. Plain data, free of native memory.
 *
 * @param text the answer without stop sequence and special tokens
 * @param tokenIds ids of the answer, the ending one included
 * @param finishReason why it ended
 * @param likelihood how likely the model held it
 * @param inputTokens tokens of the prompt before pruning
 * @param prefilledTokens tokens of the prompt after pruning: rows that decoding works on
 * @param report what pruning did
 * @param timings where the time went
 * @param history what was left out of the messages before the newest one
 * @param calls of tools, in their order
 * @param constraint how the answer was kept to its form; null if nothing was forbidden
 * @param tools what became of the request's tools
 * @param reuse what was taken over of requests before
 * @param lookup what came of guessing tokens
 * @param thinking the thought before the answer
 * @param warnings parts of the request without the effect that was asked for
 */
public record GenerationResult(
        String text,
        int[] tokenIds,
        FinishReason finishReason,
        AnswerLikelihood likelihood,
        int inputTokens,
        int prefilledTokens,
        PruningReport report,
        StageTimings timings,
        HistoryReport history,
        List<ToolCall> calls,
        @Nullable ConstraintReport constraint,
        ToolReport tools,
        ReuseReport reuse,
        LookupReport lookup,
        ThinkingReport thinking,
        List<String> warnings) {

    /** Copies the list. */
    public GenerationResult {
        calls = List.copyOf(calls);
        warnings = List.copyOf(warnings);
    }

    /** An answer without a form. */
    public GenerationResult(
            String text,
            int[] tokenIds,
            FinishReason finishReason,
            AnswerLikelihood likelihood,
            int inputTokens,
            int prefilledTokens,
            PruningReport report,
            StageTimings timings,
            HistoryReport history) {
        this(
                text,
                tokenIds,
                finishReason,
                likelihood,
                inputTokens,
                prefilledTokens,
                report,
                timings,
                history,
                List.of(),
                null,
                ToolReport.NONE,
                ReuseReport.withoutRows(inputTokens, 0, null),
                LookupReport.NONE,
                ThinkingReport.NONE,
                List.of());
    }

    /** All but the text, which may hold what nobody else is to read. */
    @Override
    public String toString() {
        return "GenerationResult[" + text.length() + " characters of " + tokenIds.length + " tokens, " + finishReason
                + ", " + likelihood + ", inputTokens=" + inputTokens + ", prefilledTokens=" + prefilledTokens + ", "
                + report + ", " + timings + (history.isWhole() ? "" : ", " + history)
                + (calls.isEmpty() ? "" : ", " + calls) + (constraint == null ? "" : ", " + constraint) + ", " + reuse
                + (lookup.equals(LookupReport.NONE) ? "" : ", " + lookup)
                + (thinking.tokens() == 0 ? "" : ", " + thinking) + "]";
    }
}
