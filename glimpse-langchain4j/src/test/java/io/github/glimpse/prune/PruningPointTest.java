package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PruningPointTest {

    @ParameterizedTest
    @CsvSource({"layer 19, 19", "LAYER  1, 1", "66 %, 18", "50%, 14", "3.6 %, 1"})
    void readsLayersAndSharesOfTheDepth(String text, int layers) {
        assertThat(PruningPoint.parse(text, 28)).isEqualTo(PruningPoint.afterLayers(layers));
    }

    @Test
    void readsTheEndOfTheModel() {
        assertThat(PruningPoint.parse(" layer last ", 28)).isEqualTo(PruningPoint.last());
    }

    @ParameterizedTest
    @ValueSource(strings = {"layer 0", "layer 28", "0 %", "100 %", "tower", "19", "layer", "layer -1", ""})
    void refusesWhatIsNotInsideTheModelOrNotKnown(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PruningPoint.parse(text, 28))
                .withMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pixels", "vision", "layer 19", "layer last"})
    void printsAsItIsWritten(String text) {
        assertThat(PruningPoint.parse(text, 28)).hasToString(text);
    }
}
