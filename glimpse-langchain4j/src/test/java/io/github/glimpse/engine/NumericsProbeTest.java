package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumericsProbeTest {

    @ParameterizedTest
    @CsvSource({
        "AMX, ONEDNN_MAX_CPU_ISA, AVX512_CORE_BF16, false",
        "AMX, ONEDNN_MAX_CPU_ISA, avx2, false",
        "AMX, DNNL_MAX_CPU_ISA, AVX512_CORE_VNNI, false",
        "AMX, ONEDNN_MAX_CPU_ISA, AVX512_CORE_AMX, true",
        "AMX, ONEDNN_MAX_CPU_ISA, all, true",
        "AMX, ONEDNN_MAX_CPU_ISA, DEFAULT, true",
        "AMX, ONEDNN_MAX_CPU_ISA, '', true",
        "AMX, ONEDNN_VERBOSE, 1, true",
        "AVX512, ONEDNN_MAX_CPU_ISA, avx2, false",
        "AVX512, DNNL_MAX_CPU_ISA, AVX2_VNNI, false",
        "AVX512, ONEDNN_MAX_CPU_ISA, AVX512_CORE_VNNI, true",
        "AVX512, ONEDNN_MAX_CPU_ISA, AVX512_CORE_AMX, true"
    })
    void anInstructionSetIsNotUsedWhereOnednnsEnvironmentForbidsIt(
            String instructions, String name, String value, boolean may) {
        assertThat(NumericsProbe.onednnMayUse(instructions, Map.of(name, value)))
                .isEqualTo(may);
    }
}
