package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.benchmark.Criterion.Judgement;
import io.github.glimpse.examples.benchmark.Criterion.Setting;
import io.github.glimpse.examples.benchmark.Criterion.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CriterionTest {

    private static final Setting GPU = new Setting("3b", true, true);

    @ParameterizedTest
    @CsvSource({
        "DOCTOR,        3b, 0,     1",
        "ANSWERS,       3b, 0,     1",
        "REFUSAL,       3b, 0,     1",
        "TIME,          3b, 600,   601",
        "LOGITS,        3b, 2,     2.001",
        "DECODING,      3b, 30,    29.99",
        "DECODING,      7b, 60,    59.99",
        "SAMPLING,      3b, 3,     3.01",
        "SAMPLING,      3b, -5,    20",
        "PREFILL,       3b, 300,   299.9",
        "AFTER_CUT,     3b, 1.5,   1.51",
        "HOST_MEMORY,   7b, 2,     2.01",
        "DEVICE_MEMORY, 7b, 1,     1.01",
        "EXHAUSTION,    3b, 0,     1"
    })
    void holdsUpToTheThresholdAndNotBeyond(Criterion criterion, String shape, double right, double wrong) {
        Setting setting = new Setting(shape, true, true);

        assertThat(criterion.judge(setting, right, "").verdict()).isEqualTo(Verdict.OK);
        assertThat(criterion.judge(setting, wrong, "").verdict()).isEqualTo(Verdict.NOT_OK);
    }

    @ParameterizedTest
    @EnumSource(Criterion.class)
    void isNotOkWhereTheFigureIsNoNumber(Criterion criterion) {
        assertThat(criterion.judge(GPU, Double.NaN, "").verdict()).isEqualTo(Verdict.NOT_OK);
    }

    @ParameterizedTest
    @EnumSource(Criterion.class)
    void isNotMeasuredWithoutAFigureAndSaysWhy(Criterion criterion) {
        Judgement judgement = criterion.judge(GPU, null, "the time was over");

        assertThat(judgement.verdict()).isEqualTo(Verdict.NOT_MEASURED);
        assertThat(judgement.why()).isEqualTo("the time was over");
        assertThat(judgement.threshold()).startsWith("at ");
    }

    @ParameterizedTest
    @EnumSource(
            value = Criterion.class,
            names = {"DOCTOR", "TIME", "DECODING", "SAMPLING", "PREFILL", "AFTER_CUT", "HOST_MEMORY", "DEVICE_MEMORY"})
    void holdsNoCpuAgainstAGpusThreshold(Criterion criterion) {
        Judgement judgement = criterion.judge(new Setting("3b", false, true), 1e9, "");

        assertThat(judgement.verdict()).isEqualTo(Verdict.NOT_MEASURED);
        assertThat(judgement.measured()).isEqualTo(1e9);
        assertThat(judgement.why()).contains("on a CPU");
    }

    @ParameterizedTest
    @EnumSource(
            value = Criterion.class,
            names = {"ANSWERS", "REFUSAL", "LOGITS", "EXHAUSTION"})
    void isJudgedOnACpuWhereItIsNoMatterOfSpeed(Criterion criterion) {
        assertThat(criterion.judge(new Setting("3b", false, false), 1e9, "").verdict())
                .isEqualTo(Verdict.NOT_OK);
    }

    @Test
    void holdsNoSmallShapeAgainstALargeOnesThreshold() {
        Judgement judgement = Criterion.PREFILL.judge(new Setting("3b, 2 layers", true, false), 12.0, "900 rows");

        assertThat(judgement.verdict()).isEqualTo(Verdict.NOT_MEASURED);
        assertThat(judgement.why()).contains("size").contains("900 rows");
    }
}
