package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrategyOptionsTest {

    private static StrategyOptions options(String key, String value) {
        return StrategyOptions.of("some", Map.of(key, value));
    }

    @Test
    void readsWhatIsWrittenWithSpacesAround() {
        assertThat(options("block", " 3 ").integer("block", 1, 0, 9)).isEqualTo(3);
        assertThat(options("alpha", " 0.25").number("alpha", 1, 0, 1)).isEqualTo(0.25);
        assertThat(options("deep", "true ").flag("deep", false)).isTrue();
        assertThat(options("form", "mean").text("form", "max", "max", "mean")).isEqualTo("mean");
        assertThat(options("seed", "-9223372036854775808").wholeNumber("seed", 0, Long.MIN_VALUE, Long.MAX_VALUE))
                .isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void givesTheStandardWhereNothingIsWritten() {
        StrategyOptions none = StrategyOptions.none("some");

        assertThat(none.integer("block", 7, 0, 9)).isEqualTo(7);
        assertThat(none.number("alpha", 0.5, 0, 1)).isEqualTo(0.5);
        assertThat(none.flag("deep", true)).isTrue();
        assertThat(none.text("form", "max", "max", "mean")).isEqualTo("max");
        assertThat(none.has("form")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "3.5, a whole number from 0 to 9",
        "10, a whole number from 0 to 9",
        "-1, a whole number from 0 to 9",
        "'', a whole number from 0 to 9",
        "99999999999999999999, a whole number from 0 to 9"
    })
    void refusesWhatIsNoWholeNumberInRange(String value, String wanted) {
        refuses(value, wanted, options -> options.integer("key", 1, 0, 9));
    }

    @ParameterizedTest
    @CsvSource({"NaN", "1.5", "-0.1", "half"})
    void refusesWhatIsNoNumberInRange(String value) {
        refuses(value, "a number from 0.0 to 1.0", options -> options.number("key", 1, 0, 1));
    }

    @ParameterizedTest
    @CsvSource({"TRUE", "yes", "1"})
    void refusesWhatIsNeitherTrueNorFalse(String value) {
        refuses(value, "one of true, false", options -> options.flag("key", true));
    }

    @Test
    void refusesAWordThatIsNotOffered() {
        refuses("sum", "one of max, mean", options -> options.text("key", "max", "max", "mean"));
    }

    private static void refuses(String value, String wanted, Consumer<StrategyOptions> read) {
        assertThatThrownBy(() -> read.accept(options("key", value)))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("The option 'key' of the pruning strategy 'some' is '" + value + "', it must be " + wanted);
    }

    @Test
    void namesWhatThereIsWhenAnOptionIsNotKnown() {
        StrategyOptions options = options("bock", "3");
        options.integer("block", 1, 0, 9);
        options.flag("deep", false);

        assertThatThrownBy(options::checkAllRead)
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("The pruning strategy 'some' has no option 'bock'; it has block, deep");
        assertThatThrownBy(options("bock", "3")::checkAllRead)
                .hasMessage("The pruning strategy 'some' has no option 'bock'; it has none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"min-ratio", "minratio", "minRatio", "MIN_RATIO"})
    void readsAKeyHoweverDashesAndCapitalsAreSet(String spelling) {
        StrategyOptions options = options(spelling, "0.5");

        assertThat(options.number("min-ratio", 0, 0, 1)).isEqualTo(0.5);
        options.checkAllRead();
    }

    @Test
    void refusesAKeyInTwoSpellings() {
        StrategyOptions options = StrategyOptions.of("some", Map.of("min-ratio", "0.5", "minratio", "0.6"));

        assertThatThrownBy(() -> options.number("min-ratio", 0, 0, 1))
                .hasMessage("The option 'min-ratio' of the pruning strategy 'some' is given more than once: min-ratio,"
                        + " minratio; leave one of them");
    }

    @Test
    void isContentWhenEverythingWasRead() {
        StrategyOptions options = options("block", "3");
        options.has("block");

        assertThatCode(options::checkAllRead).doesNotThrowAnyException();
    }
}
