package io.github.glimpse.constrain;

import java.util.Map;

/** A vocabulary of all single bytes, whose ids are their values, and one end. */
final class ByteTokens {

    static final int END = 256;

    static final TokenVocabulary VOCABULARY = TokenVocabulary.of(
            END + 1,
            id -> id < END ? new byte[] {(byte) id} : null,
            new int[] {END},
            Map.of(),
            TokenVocabulary.FirstBlank.KEPT);

    private ByteTokens() {}

    /** Whether a mask holds an id. */
    static boolean allows(long[] allowed, int id) {
        return ((allowed[id >> 6] >>> id) & 1) != 0;
    }
}
