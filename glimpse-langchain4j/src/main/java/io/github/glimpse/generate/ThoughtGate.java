package io.github.glimpse.generate;

import io.github.glimpse.answer.ThinkingReport;
import io.github.glimpse.answer.ThinkingReport.Closed;
import io.github.glimpse.form.AnswerMask;
import io.github.glimpse.sampling.Sampler;
import java.util.ArrayDeque;
import java.util.Arrays;
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
    private boolean isHeaded;
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
        } else if (forced.isEmpty() && syntax != null && mask != null && !isHeaded && !mask.callsTools()) {
            addHeader(syntax, mask, left);
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
        add(closing);
    }

    /** Channels of a constrained answer are forced: its mask knows their texts only. */
    private void addHeader(AnswerSyntax known, AnswerMask answer, int left) {
        boolean thinks = !wasThinking && known.header(false).length > 0 && hasRoom(known, answer, left);
        isHeaded = !thinks;
        if (closed == Closed.BY_MODEL) {
            add(thinks ? known.opening() : known.header(wasThinking));
        }
    }

    /** Whether a thought can be opened, and closed before the answer needs the rest of the tokens. */
    private boolean hasRoom(AnswerSyntax known, AnswerMask answer, int left) {
        int tags = known.opening().length + known.closing().length;
        return (budget == null || budget > 0)
                && (!answer.closesInTime() || left > answer.leastTokens() + tags + MAX_LINE_BREAKS + 1);
    }

    private void add(int[] ids) {
        Arrays.stream(ids).forEach(forced::add);
    }

    /** Chooses the next token of a constrained answer. */
    int choose(AnswerMask answer, Sampler sampler, float[] logits, int left) {
        if (text.isThinking()) {
            if (isMasked) {
                // The form has a text that turned out to be the thought: the answer begins after it
                answer.restart();
                isMasked = false;
            }
            return answer.chooseFree(sampler, logits);
        }
        // A thought that could not be closed in time would leave no tokens for the answer
        int[] opening = syntax == null ? new int[0] : syntax.opening();
        if (!isMasked
                && syntax != null
                && text.isUndecided()
                && answer.closesInTime()
                && opening.length > 0
                && !answer.allows(opening[0])
                && hasRoom(syntax, answer, left)) {
            int id = answer.choose(sampler, logits, left, new int[] {opening[0]});
            isMasked = id != opening[0];
            add(isMasked ? new int[0] : Arrays.copyOfRange(opening, 1, opening.length));
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
