package io.github.glimpse.constrain;

import java.util.Map;
import java.util.OptionalInt;

/** A vocabulary of all single bytes, whose ids are their values, and one end. */
final class ByteTokens {

    static final int END = 256;

    static final TokenVocabulary VOCABULARY = TokenVocabulary.of(
            END + 1,
            id -> id < END ? new byte[] {(byte) id} : null,
            new int[] {END},
            Map.of(),
            TokenVocabulary.FirstBlank.KEPT);

    private static final String OPENING = "<tool_call>";
    private static final String CLOSING = "</tool_call>";
    private static final int OPEN = END + 1;
    private static final int CLOSE = END + 2;

    private static final TokenVocabulary MARKED = TokenVocabulary.of(
            CLOSE + 1,
            id -> id < END ? new byte[] {(byte) id} : null,
            new int[] {END},
            Map.of(OPENING, OPEN, CLOSING, CLOSE),
            TokenVocabulary.FirstBlank.KEPT);

    private ByteTokens() {}

    /** Nothing but bytes, and the markers of calls where another vocabulary has them. */
    static TokenVocabulary markedLike(TokenVocabulary other) {
        return other.marker(OPENING).isPresent() ? MARKED : VOCABULARY;
    }

    /** Takes the bytes of another vocabulary's token, or the same marker. */
    static void accept(ConstraintCursor cursor, TokenVocabulary other, int id) {
        byte[] bytes = other.bytesOf(id);
        if (bytes == null) {
            boolean opens = other.marker(OPENING).equals(OptionalInt.of(id));
            cursor.accept(opens ? OPEN : CLOSE, ConstraintListener.NONE);
            return;
        }
        for (byte value : bytes) {
            cursor.accept(value & 0xFF, ConstraintListener.NONE);
        }
    }

    /** Whether a mask holds an id. */
    static boolean allows(long[] allowed, int id) {
        return ((allowed[id >> 6] >>> id) & 1) != 0;
    }
}
