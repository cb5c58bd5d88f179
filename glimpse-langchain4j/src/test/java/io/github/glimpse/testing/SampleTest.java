package io.github.glimpse.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SampleTest {

    @Test
    void hasEachValueOfEachProperty() {
        List<String> cases = List.of("a1", "a2", "b1", "b2", "b3", "a3");

        assertThat(Sample.covering(cases, text -> text.charAt(0), text -> text.charAt(1)))
                .containsExactly("a1", "a2", "b1", "b3");
    }

    @Test
    void hasEachElementWhereThePropertyIsACollection() {
        assertThat(Sample.covering(List.of(List.of(1, 2), List.of(2), List.of(2, 3)), list -> list))
                .containsExactly(List.of(1, 2), List.of(2, 3));
    }

    @Test
    void hasOneCaseOfEachPairWhereThePairIsTheProperty() {
        assertThat(Sample.covering(List.of("a1", "a1", "b1"), text -> text)).containsExactly("a1", "b1");
    }
}
