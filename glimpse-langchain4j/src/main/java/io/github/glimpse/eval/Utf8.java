package io.github.glimpse.eval;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Text of data files: what is no UTF-8 is refused with its place, as a question with holes in it would be another question. */
final class Utf8 {

    /** The byte order mark. */
    static final int[] MARK = {0xEF, 0xBB, 0xBF};

    private static final char MARK_LETTER = '\uFEFF';

    private Utf8() {}

    /**
     * The text.
     *
     * @param where names file and line, as the start of the message
     * @throws EvaluationDataException if it is no UTF-8
     */
    static String text(byte[] bytes, String where) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new EvaluationDataException(where + " is no UTF-8; save the file in that encoding", e);
        }
    }

    /** The bytes of a text. Half a character pair, which JSON can have, becomes a question mark and does not end the run. */
    static byte[] bytes(CharSequence text) {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Without a byte order mark. */
    static String withoutMark(String text) {
        return !text.isEmpty() && text.charAt(0) == MARK_LETTER ? text.substring(1) : text;
    }

    /**
     * The bytes of the next line, without its break.
     *
     * @param most stops behind so many, and returns one more
     * @return null at the end
     */
    static byte @Nullable [] line(InputStream bytes, int most) throws IOException {
        int next = bytes.read();
        if (next < 0) {
            return null;
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (next >= 0 && next != '\n' && line.size() <= most) {
            line.write(next);
            next = bytes.read();
        }
        return line.toByteArray();
    }
}
