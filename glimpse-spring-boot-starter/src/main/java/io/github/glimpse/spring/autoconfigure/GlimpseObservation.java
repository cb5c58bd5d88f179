package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.spring.autoconfigure.GlimpseMeter.Tag;
import java.util.List;

/** Every observation, with the sentence that the guide shows. */
enum GlimpseObservation {
    CHAT(
            "glimpse.chat",
            "A request from its arrival to its answer, refusal, failure or cancellation; child of its caller's observation.",
            Tag.MODEL,
            Tag.STRATEGY),
    STAGE(
            "glimpse.chat.stage",
            "A stage of a request, child of glimpse.chat; prefill comes again behind a cut.",
            Tag.MODEL,
            Tag.STAGE),
    EMBEDDINGS(
            "glimpse.embeddings",
            "A request for vectors from its arrival to its answer, refusal, failure or cancellation; child of its caller's"
                    + " observation.",
            Tag.MODEL,
            Tag.STRATEGY),
    SCORE(
            "glimpse.score",
            "A request for scores, one picture with its texts, in the same way.",
            Tag.MODEL,
            Tag.STRATEGY);

    private final String observationName;
    private final String sentence;

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<Tag> keys;

    GlimpseObservation(String observationName, String sentence, Tag... keys) {
        this.observationName = observationName;
        this.sentence = sentence;
        this.keys = List.of(keys);
    }

    /** Its name in the registry. */
    String observationName() {
        return observationName;
    }

    /** What it says. */
    String sentence() {
        return sentence;
    }

    /** The keys of few values that each one has. */
    List<Tag> keys() {
        return keys;
    }
}
