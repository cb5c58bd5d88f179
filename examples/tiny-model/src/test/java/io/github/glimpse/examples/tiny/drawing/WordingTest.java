package io.github.glimpse.examples.tiny.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WordingTest {

    private static final int ASKED = 3_000;
    // Filled with themselves: what comes out is the phrasing.
    private static final Map<String, String> PLACES = Map.of(
            "key", "{key}",
            "colour", "{colour}",
            "shape", "{shape}",
            "letter", "{letter}",
            "shapes", "{shapes}",
            "side", "{side}",
            "colour2", "{colour2}",
            "shape2", "{shape2}");

    @ParameterizedTest
    @EnumSource(QuestionKind.class)
    void whatIsHeldOutForTheTestIsNeverTrained(QuestionKind kind) {
        Set<String> heldOut = new HashSet<>();
        for (QuestionKind any : QuestionKind.values()) {
            Phrasings.of(any, Split.TEST).forEach(phrasing -> heldOut.add(phrasing.replace("{a}", "a")));
        }
        assertThat(asked(kind, Split.TRAIN)).doesNotContainAnyElementsOf(heldOut);
        assertThat(heldOut).containsAll(asked(kind, Split.TEST));
    }

    @Test
    void trainedPhrasingsLoseWordsNowAndThenButNotTheirPlaces() {
        Set<String> whole = new HashSet<>(Phrasings.of(QuestionKind.DOC, Split.TRAIN));
        Set<String> asked = asked(QuestionKind.DOC, Split.TRAIN);
        assertThat(asked)
                .containsAll(whole)
                .hasSizeGreaterThan(3 * whole.size())
                .contains("read {key}");
        assertThat(asked).allMatch(text -> text.contains("{key}"));
    }

    @Test
    void whatIsValidatedKeepsItsWords() {
        assertThat(Phrasings.of(QuestionKind.DOC, Split.VALIDATION))
                .containsExactlyInAnyOrderElementsOf(asked(QuestionKind.DOC, Split.VALIDATION));
    }

    private static Set<String> asked(QuestionKind kind, Split split) {
        Set<String> asked = new HashSet<>();
        Wording wording = new Wording(split, new Dice(5));
        for (int i = 0; i < ASKED; i++) {
            String text = wording.of(kind, PLACES).replaceAll("[ ?.]+$", "");
            asked.add(Character.toLowerCase(text.charAt(0)) + text.substring(1));
        }
        return asked;
    }
}
