package io.github.glimpse.documents;

import java.util.List;

/**
 * Sentences by which a model says that a page does not answer, or that it cannot be read.
 *
 * @param texts compared without regard to case and outer blanks
 */
record SaidInVain(List<String> texts) {

    /** Copies the texts. */
    SaidInVain {
        texts = texts.stream().map(String::strip).toList();
    }

    /** Whether an answer says nothing else. */
    boolean is(String answer) {
        String said = answer.strip();
        return said.isEmpty() || texts.stream().anyMatch(said::equalsIgnoreCase);
    }
}
