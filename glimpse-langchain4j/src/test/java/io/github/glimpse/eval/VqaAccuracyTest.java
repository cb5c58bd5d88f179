package io.github.glimpse.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class VqaAccuracyTest {

    private static final double EXACT = 1e-12;

    private final Metric official = new VqaAccuracy(VqaAccuracy.Form.LEAVE_ONE_OUT);
    private final Metric simple = new VqaAccuracy(VqaAccuracy.Form.SIMPLE);

    /** Ten people, of whom so many say yes. */
    private static List<String> yes(int people) {
        List<String> answers = new ArrayList<>(Collections.nCopies(people, "yes"));
        answers.addAll(Collections.nCopies(10 - people, "no"));
        return answers;
    }

    @Test
    void averagesOverTheTenWaysToLeaveOneOut() {
        // One of ten agrees: nine of the ten ways see one of nine, a third each; the tenth sees none
        assertThat(official.score("yes", yes(1))).isEqualTo(0.3, within(EXACT));
        // Two: eight ways see two (2/3), two see one (1/3)
        assertThat(official.score("yes", yes(2))).isEqualTo((8 * 2 / 3.0 + 2 / 3.0) / 10, within(EXACT));
        // Three: seven ways see three (1), three see two (2/3)
        assertThat(official.score("yes", yes(3))).isEqualTo(0.9, within(EXACT));
        assertThat(official.score("yes", yes(4))).isEqualTo(1.0, within(EXACT));
        assertThat(official.score("maybe", yes(4))).isZero();
    }

    @Test
    void takesAThirdForEachThatAgreesInTheSimpleForm() {
        assertThat(simple.score("yes", yes(1))).isEqualTo(1 / 3.0, within(EXACT));
        assertThat(simple.score("yes", yes(2))).isEqualTo(2 / 3.0, within(EXACT));
        assertThat(simple.score("yes", yes(3))).isEqualTo(1.0, within(EXACT));
        assertThat(simple.score("yes", yes(10))).isEqualTo(1.0, within(EXACT));
    }

    @Test
    void takesOneThatAgreesForEnoughWhereNobodyCountedPeople() {
        assertThat(official.score("The two.", List.of("2"))).isEqualTo(1.0);
        assertThat(simple.score("two", List.of("3", "2"))).isEqualTo(1.0);
    }

    @Test
    void dropsArticlesAndWritesNumbersAsDigits() {
        assertThat(VqaText.normal("The two Dogs")).isEqualTo("2 dogs");
        assertThat(VqaText.normal("none")).isEqualTo("0");
        assertThat(VqaText.normal("an apple a day")).isEqualTo("apple day");
    }

    @Test
    void givesContractionsTheirApostrophesBack() {
        assertThat(VqaText.normal("dont know")).isEqualTo("don't know");
        assertThat(VqaText.normal("it wouldnt've")).isEqualTo("it wouldn't've");
        assertThat(VqaText.normal("wouldn'tve")).isEqualTo("wouldn't've");
        assertThat(VqaText.normal("oclock")).isEqualTo("o'clock");
        assertThat(VqaText.normal("well, its ill")).as("words that are words").isEqualTo("well its ill");
    }

    @Test
    void takesPunctuationForASpaceBetweenLettersAndForNothingElsewhere() {
        assertThat(VqaText.normal("red/green")).isEqualTo("red green");
        assertThat(VqaText.normal("red / green")).isEqualTo("red green");
        assertThat(VqaText.normal("yes!")).isEqualTo("yes");
        assertThat(VqaText.normal("1,000")).as("a comma between digits").isEqualTo("1000");
        assertThat(VqaText.normal("1,000 t-shirts")).as("and with it all marks").isEqualTo("1000 tshirts");
    }

    @Test
    void takesSpacesAndDigitsOfAllScriptsForSuch() {
        assertThat(VqaText.normal("\u00a0the\u3000dog\u00a0")).isEqualTo("dog");
        assertThat(VqaText.normal("1\u0665,\u0665 t-shirts"))
                .as("a comma between Arabic digits")
                .isEqualTo("1\u0665\u0665 tshirts");
        assertThat(VqaText.normal("3.\u0665")).isEqualTo("3.\u0665");
    }

    @Test
    void keepsThePointOfANumberOnly() {
        assertThat(VqaText.normal("3.5 mi. away.")).isEqualTo("3.5 mi away");
    }
}
