package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.Split;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrammarTest {

    private static final Grammar INSTRUCTIONS = new Grammar("instructions.txt");

    private static List<String> all(String name) {
        List<String> all = new ArrayList<>(INSTRUCTIONS.of(name, Split.TRAIN));
        all.addAll(INSTRUCTIONS.of(name, Split.TEST));
        return all;
    }

    @ParameterizedTest
    @CsvSource({
        "SYSTEM, 40",
        "BEFORE, 20",
        "BEHIND, 12",
        "CAPITALS, 50",
        "JSON, 25",
        "FIELD, 10",
        "SENTENCE, 20",
        "VALUE, 20",
        "RECORD, 60",
        "SCHEMA, 10",
        "OPTIONS, 18",
        "CITATION, 15",
        "NOTE, 18",
        "ASIDE, 8",
        "FRONT, 6"
    })
    void everyUseHasManyWordingsOfWhichAFifthIsNeverTrained(String name, int least) {
        assertThat(all(name)).hasSizeGreaterThanOrEqualTo(least).doesNotHaveDuplicates();
        assertThat(INSTRUCTIONS.of(name, Split.TEST)).hasSize(all(name).size() / 5);
        assertThat(INSTRUCTIONS.of(name, Split.VALIDATION)).isEqualTo(INSTRUCTIONS.of(name, Split.TRAIN));
    }

    @Test
    void nothingOfTheGrammarIsLeftInAWording() {
        for (String name :
                List.of("SYSTEM", "BEFORE", "BEHIND", "CAPITALS", "SENTENCE", "VALUE", "RECORD", "CITATION")) {
            assertThat(all(name)).allSatisfy(text -> assertThat(text)
                    .doesNotContain("[", "]", "|", "{", "  ")
                    .isEqualTo(text.strip()));
        }
        assertThat(all("OPTIONS")).allSatisfy(text -> assertThat(text).contains("{options}"));
        assertThat(all("SCHEMA")).allSatisfy(text -> assertThat(text).contains("{schema}"));
        assertThat(all("JSON")).allSatisfy(text -> assertThat(text).contains("\"{field}\""));
        assertThat(all("NOTE")).allSatisfy(text -> assertThat(text).contains("{key}", "{value}"));
    }

    @Test
    void wordingsOfTheSuiteOutsideAreNotTrained() {
        assertThat(all("RECORD")).noneMatch(text -> text.startsWith("Take"));
        assertThat(all("VALUE")).noneMatch(text -> text.contains("nothing but"));
        assertThat(all("OPTIONS")).noneMatch(text -> text.contains("is one of"));
        assertThat(all("CAPITALS")).noneMatch(text -> text.startsWith("In capital"));
    }
}
