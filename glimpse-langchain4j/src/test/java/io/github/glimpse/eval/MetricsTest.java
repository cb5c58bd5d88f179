package io.github.glimpse.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {

    private static final double EXACT = 1e-12;

    private static double score(String metric, String answer, String... accepted) {
        return Metrics.discover().get(metric).score(answer, List.of(accepted));
    }

    @Test
    void exactMatchOverlooksCaseSpacesAndAFullStop() {
        assertThat(score("exact", " Red  Car. ", "red car")).isEqualTo(1);
        assertThat(score("exact", "12.80", "$12.80")).isZero();
        assertThat(score("exact", "b", "a", "B")).isEqualTo(1);
    }

    @Test
    void containsFindsAnAcceptedAnswerWithinALongOne() {
        assertThat(score("contains", "The total is 12.80 dollars.", "12.80")).isEqualTo(1);
        assertThat(score("contains", "The total is 12.8", "12.80")).isZero();
        assertThat(score("contains", "anything", ""))
                .as("nothing is in everything")
                .isZero();
    }

    @Test
    void anlsIsTheSimilarityToTheNearestAnswer() {
        // kitten to sitting: 3 edits, longer length 7
        assertThat(score("anls", "kitten", "sitting")).isEqualTo(1 - 3 / 7.0, within(EXACT));
        assertThat(score("anls", "kitten", "sitting", "Kittens")).isEqualTo(1 - 1 / 7.0, within(EXACT));
        assertThat(score("anls", "KITTEN", "kitten")).isEqualTo(1);
    }

    @Test
    void anlsIsNothingBelowOneHalf() {
        assertThat(score("anls", "ab", "ac")).as("exactly one half counts").isEqualTo(0.5, within(EXACT));
        assertThat(score("anls", "abc", "axy")).isZero();
        assertThat(score("anls", "", "abc")).isZero();
    }

    @Test
    void anlsComparesLettersAsTheyAreWritten() {
        assertThat(score("anls", "10 m2", "10 m\u00b2"))
                .as("one of five letters")
                .isEqualTo(0.8, within(EXACT));
        assertThat(score("anls", "a\u00a0b ", "A b")).as("a space is a space").isEqualTo(1);
    }

    @Test
    void relaxedAccuracyTakesPerCentForHundredths() {
        assertThat(score("relaxed", "50", "50%")).isZero();
        assertThat(score("relaxed", "50%", "50")).isZero();
        assertThat(score("relaxed", "0.5", "50%")).isEqualTo(1);
        assertThat(score("relaxed", "52.5%", "50%")).isEqualTo(1);
        assertThat(score("relaxed", "52.6%", "50%")).isZero();
    }

    @Test
    void relaxedAccuracyTakesWhatIsNotOnlyANumberForText() {
        assertThat(score("relaxed", "1,000", "1000")).isZero();
        assertThat(score("relaxed", "$5", "5")).isZero();
        assertThat(score("relaxed", "Germany.", "germany")).isZero();
        assertThat(score("relaxed", " 12. ", "12")).isEqualTo(1);
    }

    @Test
    void relaxedAccuracyAllowsFivePerCent() {
        assertThat(score("relaxed", "105", "100")).as("the bound counts").isEqualTo(1);
        assertThat(score("relaxed", "105.1", "100")).isZero();
        assertThat(score("relaxed", "95", "100")).isEqualTo(1);
        assertThat(score("relaxed", "-95", "-100")).isEqualTo(1);
        assertThat(score("relaxed", "0.95", "1")).isEqualTo(1);
    }

    @Test
    void relaxedAccuracyComparesTextsAndNothingExactly() {
        assertThat(score("relaxed", "Germany", "germany")).isEqualTo(1);
        assertThat(score("relaxed", "German", "germany")).isZero();
        assertThat(score("relaxed", "0", "0.0")).isEqualTo(1);
        assertThat(score("relaxed", "0.01", "0")).isZero();
        assertThat(score("relaxed", "52%", "50%")).isEqualTo(1);
        assertThat(score("relaxed", "NaN", "5")).isZero();
    }

    @Test
    void popeReadsTheFirstSentence() {
        assertThat(score("pope", "No, there is none.", "no")).isEqualTo(1);
        assertThat(score("pope", "There is not a dog", "no")).isEqualTo(1);
        assertThat(score("pope", "Yes. There is no cat, though", "yes")).isEqualTo(1);
        assertThat(score("pope", "There is a dog in the snow", "yes"))
                .as("snow is no no")
                .isEqualTo(1);
        assertThat(score("pope", "NO\u00a0way", "no")).isEqualTo(1);
    }

    @Test
    void popeFiguresAreThoseOfTheConfusionTable() {
        // 3 true yes, 1 false yes, 4 true no, 2 false no
        PopeFigures figures = PopeFigures.of(List.of(
                pair("yes", "yes"),
                pair("yes", "yes"),
                pair("yes", "yes"),
                pair("yes", "no"),
                pair("no", "no"),
                pair("no", "no"),
                pair("no", "no"),
                pair("no", "no"),
                pair("no", "yes"),
                pair("no", "yes")));
        assertThat(figures.accuracy()).isEqualTo(0.7, within(EXACT));
        assertThat(figures.precision()).isEqualTo(0.75, within(EXACT));
        assertThat(figures.recall()).isEqualTo(0.6, within(EXACT));
        assertThat(figures.f1()).isEqualTo(2 / 3.0, within(EXACT));
        assertThat(figures.yesRate()).isEqualTo(0.4, within(EXACT));
    }

    private static PopeFigures.Pair pair(String answer, String expected) {
        return new PopeFigures.Pair(answer, expected);
    }

    @Test
    void choiceTakesTheLetterOrTheText() {
        assertThat(score("choice", "B", "B", "a dog")).isEqualTo(1);
        assertThat(score("choice", "(b) a dog", "B", "a dog")).isEqualTo(1);
        assertThat(score("choice", "B. a dog", "A", "a cat")).isZero();
        assertThat(score("choice", "A dog", "B", "a dog"))
                .as("an article is no letter")
                .isEqualTo(1);
    }

    @Test
    void takesAMetricOfOnesOwnInPlaceOfAnother() {
        Metrics own = Metrics.discover(List.of(Metrics.of("exact", (answer, accepted) -> 0.25)));
        assertThat(own.get("exact").score("a", List.of("a"))).isEqualTo(0.25);
    }

    @Test
    void namesTheKnownMetricsWhereOneIsNot() {
        assertThatThrownBy(() -> Metrics.discover().get("bleu"))
                .isInstanceOf(EvaluationDataException.class)
                .hasMessageContaining("'bleu'")
                .hasMessageContaining("anls, choice, contains, exact, pope, relaxed, vqa, vqa-simple");
    }
}
