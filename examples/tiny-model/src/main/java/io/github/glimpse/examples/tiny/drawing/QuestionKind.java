package io.github.glimpse.examples.tiny.drawing;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is asked. */
public enum QuestionKind {
    /** The value of a key in a document. */
    DOC(Family.DOC, Answer.READ, Promise.PROMISED),
    /** The code on a plate. */
    SIGN(Family.SIGN, Answer.READ, Promise.PROMISED),
    /** The number above a letter. */
    BAR(Family.CHART, Answer.READ, Promise.PROMISED),
    /** The colour of a shape. */
    COLOUR(Family.SCENE, Answer.WORD, Promise.PROMISED),
    /** The shape of a colour. */
    SHAPE(Family.SCENE, Answer.WORD, Promise.PROMISED),
    /** Whether there is such a shape. */
    EXISTS(Family.SCENE, Answer.WORD, Promise.PROMISED),
    /** How many there are. */
    COUNT(Family.SCENE, Answer.WORD, Promise.EXTRA),
    /** Whether one lies left of, right of, above or below the other. */
    RELATION(Family.SCENE, Answer.WORD, Promise.EXTRA),
    /** The letter of the highest bar. */
    HIGHEST(Family.CHART, Answer.READ, Promise.EXTRA),
    /** The letter of the lowest bar. */
    LOWEST(Family.CHART, Answer.READ, Promise.EXTRA),
    /** What the picture does not tell; the answer is {@link Vocabulary#REFUSAL}. */
    UNANSWERABLE(null, Answer.WORD, Promise.PROMISED);

    private enum Answer {
        READ,
        WORD
    }

    private enum Promise {
        PROMISED,
        EXTRA
    }

    private final @Nullable Family family;
    private final Answer answer;
    private final Promise promise;

    QuestionKind(@Nullable Family family, Answer answer, Promise promise) {
        this.family = family;
        this.answer = answer;
        this.promise = promise;
    }

    /** Whether the answer is read off the picture, character by character; else it is one token. */
    public boolean reads() {
        return answer == Answer.READ;
    }

    /** Whether the model is meant to do it; the others are extras. */
    public boolean promised() {
        return promise == Promise.PROMISED;
    }

    /** Whether it is asked about pictures of the family; a question without an answer is asked about all. */
    public boolean fits(Family asked) {
        return family == null || family == asked;
    }

    /** As it stands in reports: {@code doc}, {@code sign} and so on. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
