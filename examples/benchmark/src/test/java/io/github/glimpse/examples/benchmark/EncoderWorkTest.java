package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The operations of towers and texts, counted once more by hand. */
class EncoderWorkTest {

    private static final VitWork BASE_16 = new VitWork(12, 768, 3072, 196, 768);
    private static final VitWork BLIP = new VitWork(12, 768, 3072, 576, 768);
    private static final CrossTextWork TEXT = new CrossTextWork(12, 768, 768, 3072, 30_524);

    @Test
    void aTowerOfOneRowAndOneWidthIsCountedByHand() {
        VitWork one = new VitWork(1, 1, 2, 1, 3);

        // 3 for the patch; two rows through q, k, v, out and the MLP: 2 * (4 + 4); two rows with two keys and two
        // values: 8
        assertThat(one.whole()).isEqualTo(3 + 16 + 8);
    }

    @Test
    void keepingAllCostsOnlyTheDecision() {
        double decision = 768.0 * 768 + 768 * 197;

        assertThat(BASE_16.cut(3, 196) - BASE_16.whole()).isCloseTo(decision, within(1e-3));
    }

    /** The figures of docs/guide/embedding.md. */
    @ParameterizedTest
    @CsvSource({
        "768, 3072, 12, 196, 768, 17.6, 41, 61, 29, 43",
        "768, 3072, 12, 49, 3072, 4.4, 40, 59, 28, 41",
        "1024, 4096, 24, 256, 588, 81.0, 40, 59, 27, 40",
        "1024, 4096, 24, 576, 588, 191.0, 41, 60, 28, 41"
    })
    void theGuideSaysWhatIsCounted(
            long width,
            long intermediate,
            int blocks,
            int patches,
            long values,
            double whole,
            double early2,
            double early4,
            double late2,
            double late4) {
        VitWork work = new VitWork(blocks, width, intermediate, patches, values);

        assertThat(work.whole() / 1e9).isCloseTo(whole, within(0.1));
        assertThat(saved(work, blocks / 4, 2)).isCloseTo(early2, within(0.6));
        assertThat(saved(work, blocks / 4, 4)).isCloseTo(early4, within(0.6));
        assertThat(saved(work, blocks / 2, 2)).isCloseTo(late2, within(0.6));
        assertThat(saved(work, blocks / 2, 4)).isCloseTo(late4, within(0.6));
    }

    private static double saved(VitWork work, int after, int part) {
        return 100 * (1 - work.cut(after, work.patches() / part) / work.whole());
    }

    /** The figures of docs/guide/blip.md: a question of 12 ids. */
    @Test
    void theGuideToBlipSaysWhatIsCounted() {
        assertThat(BLIP.whole() / 1e9).isCloseTo(55.5, within(0.1));
        assertThat(TEXT.keyValues(577, 577, 0) / 1e9).isCloseTo(8.2, within(0.05));
        assertThat((TEXT.question(12, 577, 577, 0) - TEXT.keyValues(577, 577, 0)) / 1e9)
                .isCloseTo(1.3, within(0.05));
    }

    @Test
    void aCutInTheTextSavesLittleOfAFirstQuestionAndMuchOfAFurtherOne() {
        double whole = TEXT.question(12, 577, 577, 0);
        double cut = TEXT.question(12, 577, 145, 1);

        assertThat(1 - cut / whole).isCloseTo(0.60, within(0.01));
        assertThat((whole - cut) / (BLIP.whole() + whole)).isCloseTo(0.09, within(0.005));
    }

    @Test
    void aLayerThatLooksAtFewerRowsIsCheaperByTheirKeysAndValues() {
        double saved = TEXT.keyValues(577, 577, 11) - TEXT.keyValues(577, 145, 11);

        assertThat(saved).isEqualTo(2.0 * 768 * 768 * (577 - 145));
    }
}
