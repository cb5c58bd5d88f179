package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowPaddingTest {

    @ParameterizedTest
    @CsvSource({"1, 1", "16, 16", "17, 24", "64, 64", "65, 72", "280, 280", "512, 512", "513, 520", "1336, 1336"})
    void rowsAreMultiplesOfEight(int rows, int padded) {
        assertThat(RowPadding.rows(rows)).isEqualTo(padded);
    }

    @ParameterizedTest
    @CsvSource({"16, 16", "280, 280", "512, 512", "513, 576", "1336, 1344"})
    void manyRowsAtOnceAreMultiplesOfSixtyFour(int rows, int padded) {
        assertThat(RowPadding.rowsAtOnce(rows)).isEqualTo(padded);
    }
}
