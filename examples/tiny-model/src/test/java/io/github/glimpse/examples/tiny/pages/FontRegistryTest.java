package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.glimpse.examples.tiny.drawing.Split;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FontRegistryTest {

    private static final String FONTS = "glimpse.tiny.fonts";

    @Test
    void everyFamilyStandsInOneSplit() {
        assertThat(FontRegistry.entries().stream()
                        .collect(Collectors.groupingBy(
                                FontRegistry.Entry::family,
                                Collectors.mapping(FontRegistry.Entry::split, Collectors.toSet()))))
                .allSatisfy((family, splits) -> assertThat(splits).as(family).hasSize(1));
        assertThat(FontRegistry.entries()).extracting(FontRegistry.Entry::split).contains(Split.values());
    }

    @Test
    void noFileStandsTwice() {
        assertThat(FontRegistry.entries().stream()
                        .flatMap(entry -> Stream.of(entry.plain(), entry.bold()))
                        .filter(file -> !file.equals("-")))
                .doesNotHaveDuplicates();
    }

    @Test
    void theFamiliesOfTheTestAreNotTrained() {
        List<String> trained = FontRegistry.entries().stream()
                .filter(entry -> entry.split() != Split.TEST)
                .map(FontRegistry.Entry::family)
                .toList();
        assertThat(trained)
                .noneMatch(family -> family.matches(
                        ".*(DejaVu|Vera|Hack|Liberation|Arimo|Tinos|Cousine|Noto|Droid|Roboto|Open Sans).*"));
    }

    @Test
    void everyWordStandsInOneSplitOfItsUse() {
        for (Words.Use use : Words.Use.values()) {
            Set<String> trained = Set.copyOf(Words.of(Split.TRAIN, use));
            Set<String> validated = Set.copyOf(Words.of(Split.VALIDATION, use));
            assertThat(trained).as("%s", use).isNotEmpty();
            assertThat(Words.of(Split.VALIDATION, use))
                    .as("%s", use)
                    .isNotEmpty()
                    .doesNotContainAnyElementsOf(trained);
            assertThat(Words.of(Split.TEST, use))
                    .as("%s", use)
                    .isNotEmpty()
                    .doesNotContainAnyElementsOf(trained)
                    .doesNotContainAnyElementsOf(validated);
        }
    }

    @Test
    void pagesAreWrittenInFacesOfTheirSplit() {
        FontRegistry shelf = FontRegistry.strokes();
        // The first edition's drawings have its own faces, the same ones in all splits.
        assertThat(Pages.all().filter(page -> page.request().mix() != PageRequest.Mix.DRAWING))
                .allSatisfy(page -> assertThat(shelf.of(page.request().split()))
                        .extracting(Lettering::family)
                        .containsAll(page.families()));
        assertThat(shelf.of(Split.TEST))
                .extracting(Lettering::family)
                .doesNotContainAnyElementsOf(
                        shelf.of(Split.TRAIN).stream().map(Lettering::family).toList());
    }

    @Test
    void saysHowToFetchAFontThatIsMissing(@TempDir Path empty) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FontRegistry.of(empty))
                .withMessageContaining("Lato-Regular.ttf")
                .withMessageContaining("fonts.sh");
    }

    /** Runs where {@code -Dglimpse.tiny.fonts=<folder>} names what {@code fonts.sh} has fetched. */
    @Test
    void allFontsAreThereAndDrawLettersAndDigits() {
        String folder = System.getProperty(FONTS);
        assumeTrue(folder != null, "No fonts: give -D" + FONTS);
        FontRegistry shelf = FontRegistry.of(Path.of(String.valueOf(folder)));
        for (Split split : Split.values()) {
            assertThat(shelf.of(split)).isNotEmpty().allSatisfy(face -> {
                for (char character : "0123456789ABCXYZabcxyz.,:-/$%".toCharArray()) {
                    assertThat(face.draws(character))
                            .as("%s %s", face.family(), character)
                            .isTrue();
                    assertThat(face.outline(character, 20, Lettering.Weight.PLAIN)
                                    .getBounds2D()
                                    .isEmpty())
                            .as("%s %s", face.family(), character)
                            .isFalse();
                }
                assertThat(face.outline('H', 20, Lettering.Weight.BOLD)
                                .getBounds2D()
                                .getHeight())
                        .isBetween(19.0, 21.5);
            });
        }
    }
}
