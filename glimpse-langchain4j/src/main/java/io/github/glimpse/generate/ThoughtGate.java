package io.github.glimpse.generate;

import io.github.glimpse.form.AnswerMask;
import io.github.glimpse.generate.ThinkingReport.Closed;
import io.github.glimpse.sampling.Sampler;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Control of the thought while decoding: it is free text without an end of turn, its closing tag is forced at the budget or
 * where only the room for a constrained answer is left, and the mask of the answer begins after it. One per answer.
 */
final class ThoughtGate {

    /** Line breaks between a thought and a constrained answer. */
    private static final int MAX_LINE_BREAKS = 2;

    private final AnswerText text;
    private final @Nullable AnswerSyntax syntax;
    private final @Nullable Integer budget;
    private final @Nullable AnswerMask mask;
    private final Deque<Integer> forced = new ArrayDeque<>();
    private Closed closed = Closed.BY_MODEL;
    private boolean wasThinking;
    private boolean isMasked;
    private int lineBreaks;

    ThoughtGate(AnswerText text, @Nullable AnswerSyntax syntax, @Nullable Integer budget, @Nullable AnswerMask mask) {
        this.text = text;
        this.syntax = syntax;
        this.budget = budget;
        this.mask = mask;
    }

    /**
     * The token that has to come next, if the thought is being closed.
     *
     * @param left tokens that may still be written
     */
    OptionalInt forced(int left) {
        if (forced.isEmpty() && syntax != null && text.isThinking()) {
            wasThinking = true;
            close(syntax, left);
        }
        Integer next = forced.poll();
        return next == null ? OptionalInt.empty() : OptionalInt.of(next);
    }

    private void close(AnswerSyntax known, int left) {
        if (closed != Closed.BY_MODEL) {
            return;
        }
        int[] closing = known.closing();
        if (budget != null && text.thinkingTokens() >= budget) {
            closed = Closed.BY_BUDGET;
        } else if (mask != null
                && mask.closesInTime()
                && left <= mask.leastTokens() + closing.length + MAX_LINE_BREAKS + 1) {
            closed = Closed.FOR_FORM;
        } else {
            return;
        }
        for (int id : closing) {
            forced.add(id);
        }
    }

    /** Chooses the next token of a constrained answer. */
    int choose(AnswerMask answer, Sampler sampler, float[] logits, int left) {
        if (text.isThinking()) {
            return answer.chooseFree(sampler, logits);
        }
        // A thought that could not be closed in time would leave no tokens for the answer
        if (!isMasked
                && syntax != null
                && answer.closesInTime()
                && text.isUndecided()
                && syntax.opening().isPresent()) {
            int opening = syntax.opening().getAsInt();
            int id = answer.choose(sampler, logits, left, new int[] {opening});
            isMasked = id != opening;
            return id;
        }
        if (!isMasked && syntax != null && wasThinking && lineBreaks < MAX_LINE_BREAKS) {
            int id = answer.choose(sampler, logits, left, syntax.lineBreaks());
            lineBreaks++;
            isMasked = !syntax.isLineBreak(id);
            return id;
        }
        isMasked = true;
        return answer.choose(sampler, logits, left);
    }

    /** How the thought ended. */
    ThinkingReport report() {
        Closed ending = text.isThinking() ? Closed.NOT_CLOSED : closed;
        return new ThinkingReport(text.thinking(), text.thinkingTokens(), ending);
    }
}
