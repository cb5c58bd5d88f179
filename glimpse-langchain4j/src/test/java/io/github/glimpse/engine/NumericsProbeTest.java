package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumericsProbeTest {

    @ParameterizedTest
    @CsvSource({
        "ONEDNN_MAX_CPU_ISA, AVX512_CORE_BF16, false",
        "ONEDNN_MAX_CPU_ISA, avx2, false",
        "DNNL_MAX_CPU_ISA, AVX512_CORE_VNNI, false",
        "ONEDNN_MAX_CPU_ISA, AVX512_CORE_AMX, true",
        "ONEDNN_MAX_CPU_ISA, all, true",
        "ONEDNN_MAX_CPU_ISA, DEFAULT, true",
        "ONEDNN_MAX_CPU_ISA, '', true",
        "ONEDNN_VERBOSE, 1, true"
    })
    void tilesAreNotCountedOnWhereOnednnIsToldToLeaveThemOut(String name, String value, boolean may) {
        assertThat(NumericsProbe.maySeeTiles(Map.of(name, value))).isEqualTo(may);
    }
}
