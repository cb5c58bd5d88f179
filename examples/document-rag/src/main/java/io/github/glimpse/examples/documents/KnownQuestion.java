package io.github.glimpse.examples.documents;

import io.github.glimpse.documents.PageBox;
import io.github.glimpse.documents.PageQuestion;
import org.jspecify.annotations.Nullable;

/**
 * A question about the drawn corpus, with what is known of it.
 *
 * @param question how it is found and asked
 * @param answer null if no page answers it
 * @param document path of the document that it is about
 * @param page that it is about; 0 if there is no such page
 * @param box of the answer's line on that page, key and value; null if there is no answer
 * @param hasText whether that page has a text layer
 * @param isAlmost whether it asks for a code that no page has but for one character
 */
record KnownQuestion(
        PageQuestion question,
        @Nullable String answer,
        String document,
        int page,
        @Nullable PageBox box,
        boolean hasText,
        boolean isAlmost) {

    /** As a user writes it: what to find, a colon, what to ask. */
    String text() {
        return question.find() + ": " + question.ask();
    }

    /** The other way round from {@link #text}; a question without a colon is found and asked by the same words. */
    static PageQuestion parse(String text) {
        int colon = text.indexOf(": ");
        return colon < 0
                ? PageQuestion.of(text)
                : new PageQuestion(
                        text.substring(0, colon).strip(),
                        text.substring(colon + 1).strip());
    }
}
