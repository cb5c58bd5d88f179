package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DecoderStepsTest {

    @Test
    void rowsThatAttendTogetherAreToldByLayerWhereTheirOwnBegins() {
        long[] ends = DecoderSteps.ends(List.of(5L, 9L, 0L, 3L, 7L, 2L), 3);

        assertThat(ends).containsExactly(0, 1, 2, 3, 0, 6, 16, 17, 0, 4, 12, 15);
    }
}
