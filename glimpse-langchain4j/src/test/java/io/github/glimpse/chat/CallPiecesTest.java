package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CallPiecesTest {

    private final CallPieces pieces = new CallPieces();

    @Test
    void anOpeningBracketComesWithWhatIsBehindIt() {
        assertThat(pieces.next(0, "{")).isEmpty();
        assertThat(pieces.next(0, "}")).isEqualTo("{}");
        pieces.end();
        assertThat(pieces.next(1, "{")).isEmpty();
        assertThat(pieces.next(1, "\"x\"")).isEqualTo("{\"x\"");
        assertThat(pieces.next(1, ":1}")).isEqualTo(":1}");
    }

    @Test
    void aCallThatTurnedOutToBeNoneLeavesNothingToTheNext() {
        assertThat(pieces.next(0, "{")).isEmpty();
        assertThat(pieces.next(1, "{\"x\":1}")).isEqualTo("{\"x\":1}");
    }
}
