package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.examples.tiny.pages.Phrasebook;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How the editions of the model say that a picture does not tell. */
final class Refusals {

    private static final Set<String> UNREADABLE = Set.of(Vocabulary.UNREADABLE, Phrasebook.UNREADABLE);
    private static final Set<String> ABSENT = Set.of(Vocabulary.REFUSAL, Phrasebook.ABSENT);

    private Refusals() {}

    static boolean isOne(@Nullable String answer) {
        return answer != null && (ABSENT.contains(answer) || UNREADABLE.contains(answer));
    }

    /** Whether it says that what is there is too small to be read. */
    static boolean isUnreadable(@Nullable String answer) {
        return answer != null && UNREADABLE.contains(answer);
    }
}
