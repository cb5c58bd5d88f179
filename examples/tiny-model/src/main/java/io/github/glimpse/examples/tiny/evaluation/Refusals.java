package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.examples.tiny.pages.Phrasebook;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How the editions of the model say that a picture does not tell. */
final class Refusals {

    private static final Set<String> TEXTS = Set.of(Vocabulary.REFUSAL, Phrasebook.ABSENT, Phrasebook.UNREADABLE);

    private Refusals() {}

    static boolean isOne(@Nullable String answer) {
        return answer != null && TEXTS.contains(answer);
    }
}
