package io.github.glimpse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Texts of warnings: each once, in order, and not more than a client reads. */
class WarningsTest {

    private final Warnings warnings = new Warnings();

    @Test
    void keepsEachTextOnceAndInOrder() {
        warnings.addAll(List.of("b", "a"));
        warnings.add("b");

        assertThat(warnings.list()).containsExactly("b", "a");
    }

    @Test
    void countsWhatIsAboveTheLimit() {
        IntStream.range(0, Warnings.MOST + 2).mapToObj(Integer::toString).forEach(warnings::add);

        assertThat(warnings.list()).hasSize(Warnings.MOST + 1).startsWith("0").endsWith("2 more warnings are omitted");
    }
}
