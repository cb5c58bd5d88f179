package io.github.glimpse.documents;

/**
 * A question about a folder of documents.
 *
 * @param find what the page is found by
 * @param ask what the model is asked about a page that was found
 */
public record PageQuestion(String find, String ask) {

    /** A question that is found and asked by the same words. */
    public static PageQuestion of(String question) {
        return new PageQuestion(question, question);
    }
}
