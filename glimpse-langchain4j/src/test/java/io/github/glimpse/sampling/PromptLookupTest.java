package io.github.glimpse.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PromptLookupTest {

    private static PromptLookup lookup(int most, int... prompt) {
        return new PromptLookup(prompt, most);
    }

    private static int[] after(PromptLookup lookup, int... answer) {
        for (int id : answer) {
            lookup.add(id);
        }
        return lookup.next(100);
    }

    @Test
    void guessesWhatStoodBehindTheSameThreeTokens() {
        assertThat(after(lookup(4, 1, 2, 3, 4, 5, 6, 7, 8, 9), 2, 3, 4)).containsExactly(5, 6, 7, 8);
        assertThat(after(lookup(15, 1, 2, 3, 4, 5, 6), 2, 3, 4))
                .as("up to the tokens themselves")
                .containsExactly(5, 6, 2, 3, 4);
    }

    @Test
    void guessesNothingBehindTokensThatAreNew() {
        assertThat(after(lookup(4, 1, 2, 3, 4, 5))).isEmpty();
        assertThat(after(lookup(4, 1, 2, 3, 4, 5), 2, 3, 5)).isEmpty();
        assertThat(after(lookup(4, 7, 7, 7), 1, 2)).isEmpty();
        assertThat(lookup(4).next(4)).isEmpty();
        assertThat(lookup(4, 1, 2).next(4)).isEmpty();
    }

    @Test
    void goesByTheLastTimeWhichMayBeInTheAnswer() {
        assertThat(after(lookup(1, 1, 2, 3, 4, 1, 2, 3, 5), 1, 2, 3)).containsExactly(5);
        assertThat(after(lookup(1, 1, 2, 3, 4), 1, 2, 3, 9, 1, 2, 3)).containsExactly(9);
    }

    @Test
    void leavesOutWhatIsNoText() {
        assertThat(after(lookup(4, -1, -1, -1, -1, 1, 2, 3, 4, -1, 5), 1, 2, 3)).containsExactly(4);
        assertThat(after(lookup(4, 1, -1, 2, 3, 4, 5), 1, 2, 3)).isEmpty();
    }

    @Test
    void guessesNoMoreThanThereIsRoomFor() {
        PromptLookup lookup = lookup(4, 1, 2, 3, 4, 5, 6, 7);
        after(lookup, 1, 2, 3);
        assertThat(lookup.next(2)).containsExactly(4, 5);
        assertThat(lookup.next(0)).isEmpty();
    }

    @Test
    void guessesLessWhereItIsWrongAndMoreWhereItIsRight() {
        PromptLookup lookup = lookup(8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        after(lookup, 1, 2, 3);
        assertThat(lookup.next(100)).hasSize(8);
        lookup.settle(8, 1);
        assertThat(lookup.next(100)).hasSize(2);
        lookup.settle(2, 0);
        assertThat(lookup.next(100)).hasSize(1);
        lookup.settle(0, 0);
        lookup.settle(1, 1);
        assertThat(lookup.next(100)).hasSize(2);
        lookup.settle(2, 2);
        lookup.settle(4, 4);
        lookup.settle(8, 8);
        assertThat(lookup.next(100)).hasSize(8);
        assertThat(lookup.report()).isEqualTo(new LookupReport(25, 16, null));
    }

    @Test
    void turnedOffItGuessesNothing() {
        assertThat(after(lookup(0, 1, 2, 3, 4, 5), 1, 2, 3)).isEmpty();
    }
}
