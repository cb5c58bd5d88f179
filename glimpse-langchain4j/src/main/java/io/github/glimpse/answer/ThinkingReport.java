package io.github.glimpse.answer;

import org.jspecify.annotations.Nullable;

/**
 * Thought before an answer.
 *
 * @param text the thought without its tags; null if there is none or it is blank
 * @param tokens tokens of the answer that belong to the thought, its tags included
 * @param closed how it ended
 */
public record ThinkingReport(@Nullable String text, int tokens, Closed closed) {

    /** Answer without a thought. */
    public static final ThinkingReport NONE = new ThinkingReport(null, 0, Closed.BY_MODEL);

    /** End of a thought. */
    public enum Closed {
        /** The model wrote the closing tag, or there was no thought. */
        BY_MODEL,
        /** The budget was reached, and the closing tag was forced. */
        BY_BUDGET,
        /** Only the room for the rest of a constrained answer was left, and the closing tag was forced. */
        FOR_FORM,
        /** The answer ended inside the thought. */
        NOT_CLOSED
    }

    /** This report without the thought, which is part of the message. */
    public ThinkingReport withoutText() {
        return withText(null);
    }

    /** This report with another thought. */
    public ThinkingReport withText(@Nullable String other) {
        return new ThinkingReport(other, tokens, closed);
    }

    /** Omits the thought, which may hold personal data. */
    @Override
    public String toString() {
        return "ThinkingReport[" + tokens + " tokens, closed " + closed + "]";
    }
}
