package io.github.glimpse.examples.tiny.drawing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CaptionsTest {

    private static final int PICTURES = 100;

    @ParameterizedTest
    @EnumSource(Split.class)
    void captionsNameEveryThingAndNoWordThatIsNotKnown(Split split) {
        for (int i = 0; i < PICTURES; i++) {
            Drawing drawing = draw(split, i);
            String caption = Captions.of(drawing);
            List<String> words = List.of(caption.split("[ ,:]+"));
            assertThat(words).filteredOn(word -> !word.matches("[0-9]")).isSubsetOf(Captions.words());
            for (Thing thing : drawing.things()) {
                long alike = drawing.things().stream()
                        .filter(other -> other.colour().equals(thing.colour()))
                        .count();
                assertThat(words.stream().filter(thing.colour()::equals)).hasSize((int) alike);
                assertThat(words).contains(thing.name());
            }
            assertThat(Captions.of(draw(split, i))).isEqualTo(caption);
        }
    }

    @Test
    void captionsOfTheTestArePutInOtherWays() {
        Set<String> trained = new HashSet<>();
        Set<String> held = new HashSet<>();
        for (int i = 0; i < 2 * PICTURES; i++) {
            trained.add(form(Captions.of(draw(Split.TRAIN, i))));
            trained.add(form(Captions.of(draw(Split.VALIDATION, i))));
            held.add(form(Captions.of(draw(Split.TEST, i))));
        }
        assertThat(held).hasSizeGreaterThan(3).doesNotContainAnyElementsOf(trained);
        assertThat(trained).hasSizeGreaterThan(8);
    }

    /** The way in which a caption is put: its frame with the first thing. */
    private static String form(String caption) {
        return caption.replaceAll(",.*| and .*", "")
                .replaceAll("\\b(" + String.join("|", Colours.NAMES) + ")\\b", "C")
                .replaceAll("\\b(circle|square|triangle|diamond|star|cross|sign)\\b", "N")
                .replaceAll("\\b(middle|((top|bottom) )?(left|right)|top|bottom)\\b", "P")
                .replaceAll("[0-9] (shape|sign)s?", "#")
                .replaceAll("\\ban C", "a C");
    }

    @Test
    void theFactsOfAPictureDoNotDependOnTheWords() {
        Drawing drawing = draw(Split.TRAIN, 1);
        Thing thing = drawing.things().get(0);
        assertThat(Captions.facts(drawing)).hasSameSizeAs(drawing.things()).isSorted();
        assertThat(Captions.facts(drawing))
                .anySatisfy(fact -> assertThat(fact).endsWith(thing.colour() + " " + thing.name()));
    }

    @Test
    void placesAreThirdsOfThePage() {
        Drawing drawing = draw(Split.TRAIN, 1);
        Thing corner = new Thing("red", "star", new Box(180, 10, 210, 40));
        Thing centre = new Thing("orange", "cross", new Box(90, 90, 130, 130));
        Drawing other = new Drawing(
                drawing.request(),
                drawing.face(),
                drawing.rgb(),
                drawing.labels(),
                drawing.questions(),
                drawing.words(),
                drawing.areas(),
                Arrays.asList(centre, corner));
        assertThat(Captions.facts(other)).containsExactly("middle orange cross", "top right red star");
        assertThat(Captions.of(other)).contains("top right").contains("middle");
    }

    @Test
    void refusesFamiliesWithoutCaptions() {
        Drawing receipt =
                Studio.draw(new DrawingRequest(Split.TRAIN, FacePool.SEEN, Family.DOC, new PageSize(8, 8), 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Captions.of(receipt))
                .withMessageContaining("DOC");
    }

    private static Drawing draw(Split split, int number) {
        return Studio.draw(Captions.request(split, FacePool.SEEN, number));
    }
}
