package io.github.glimpse.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopSequencesTest {

    @Test
    void releasesEverythingAtOnceWithoutStops() {
        StopSequences stops = new StopSequences(List.of());

        assertThat(stops.append("hello ")).isEqualTo("hello ");
        assertThat(stops.append("world")).isEqualTo("world");
        assertThat(stops.finish()).isEmpty();
        assertThat(stops.matched()).isFalse();
    }

    @Test
    void neverReleasesTheStopSequenceOrWhatFollows() {
        StopSequences stops = new StopSequences(List.of("\nUser:"));

        assertThat(stops.append("fine.\nUs")).isEqualTo("fine.");
        assertThat(stops.matched()).isFalse();
        assertThat(stops.append("er: and")).isEmpty();
        assertThat(stops.matched()).isTrue();
        assertThat(stops.append("more")).isEmpty();
        assertThat(stops.finish()).isEmpty();
    }

    @Test
    void releasesHeldTextOnceItCannotBecomeAStop() {
        StopSequences stops = new StopSequences(List.of("STOP"));

        assertThat(stops.append("a ST")).isEqualTo("a ");
        assertThat(stops.append("x")).isEqualTo("STx");
    }

    @Test
    void releasesHeldTextAtTheEnd() {
        StopSequences stops = new StopSequences(List.of("STOP"));

        assertThat(stops.append("a STO")).isEqualTo("a ");
        assertThat(stops.finish()).isEqualTo("STO");
        assertThat(stops.finish()).isEmpty();
    }

    @Test
    void findsAStopWhoseBeginningRepeats() {
        StopSequences stops = new StopSequences(List.of("aab"));

        assertThat(stops.append("a") + stops.append("a") + stops.append("a")).isEqualTo("a");
        assertThat(stops.append("b")).isEmpty();
        assertThat(stops.matched()).isTrue();
    }

    @Test
    void takesTheStopThatIsCompleteFirstAndOfThoseTheLongest() {
        StopSequences stops = new StopSequences(List.of("bcd", "c", "bc"));

        assertThat(stops.append("abcd")).isEqualTo("a");
        assertThat(stops.matched()).isTrue();
    }

    @Test
    void refusesAnEmptyStop() {
        assertThatThrownBy(() -> new StopSequences(List.of("x", "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty");
    }

    /** Small alphabet, so that stops and their beginnings are frequent; whatever the cuts, the result is the same. */
    @Test
    void doesNotDependOnHowTheAnswerIsCut() {
        Random random = new Random(20250801);
        for (int round = 0; round < 5_000; round++) {
            List<String> stops = new ArrayList<>();
            for (int count = random.nextInt(3); count >= 0; count--) {
                stops.add(letters(random, 1 + random.nextInt(4)));
            }
            String text = letters(random, random.nextInt(16));
            StopSequences whole = new StopSequences(stops);
            String expected = whole.append(text) + whole.finish();
            assertThat(stops.stream().noneMatch(expected::contains)).isTrue();

            StopSequences cut = new StopSequences(stops);
            StringBuilder released = new StringBuilder();
            for (int start = 0; start < text.length(); ) {
                int end = Math.min(text.length(), start + 1 + random.nextInt(3));
                released.append(cut.append(text.substring(start, end)));
                assertThat(expected).startsWith(released);
                start = end;
            }
            assertThat(released.append(cut.finish())).hasToString(expected);
            assertThat(cut.matched()).isEqualTo(whole.matched());
        }
    }

    private static String letters(Random random, int length) {
        StringBuilder letters = new StringBuilder();
        for (int index = 0; index < length; index++) {
            letters.append((char) ('a' + random.nextInt(3)));
        }
        return letters.toString();
    }
}
