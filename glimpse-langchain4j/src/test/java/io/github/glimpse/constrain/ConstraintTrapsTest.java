package io.github.glimpse.constrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What has gone wrong in engines of this kind, ours among them. */
class ConstraintTrapsTest {

    private static final TokenVocabulary STRIPPING = TokenVocabulary.of(
            ByteTokens.END + 1,
            id -> id < ByteTokens.END ? new byte[] {(byte) id} : null,
            new int[] {ByteTokens.END},
            Map.of(),
            TokenVocabulary.FirstBlank.STRIPPED);

    @Test
    void aBlankThatTheDecoderDropsCountsAsATokenOfTheWay() {
        ConstraintCursor cursor = OutputConstraint.choice(List.of(" a")).start(STRIPPING);
        assertThat(cursor.leastTokens()).isEqualTo(3);
        cursor.accept(' ', ConstraintListener.NONE);
        assertThat(cursor.leastTokens()).isEqualTo(2);
        assertThat(OutputConstraint.choice(List.of(" a", "abc"))
                        .start(STRIPPING)
                        .leastTokens())
                .isEqualTo(3);
        assertThat(OutputConstraint.choice(List.of(" a", "ab")).start(STRIPPING).leastTokens())
                .isEqualTo(2);
    }
}
