package io.github.glimpse.sampling;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token of an answer and how likely the model held it.
 *
 * @param id of the vocabulary
 * @param bytes what it adds to the answer, in UTF-8, each 0..255; a character may be spread over tokens; none for what is no text, as
 *     the token that ends an answer
 * @param logProbability logarithm of its probability among all tokens that were allowed there, before penalties and temperature; at
 *     most 0
 */
public record AnswerToken(int id, List<Integer> bytes, double logProbability) {

    /** Copies the list. */
    public AnswerToken {
        bytes = List.copyOf(bytes);
    }

    /** A token that adds these bytes of UTF-8, or none. */
    public static AnswerToken of(int id, byte @Nullable [] added, double logProbability) {
        List<Integer> bytes = new ArrayList<>();
        for (byte one : added == null ? new byte[0] : added) {
            bytes.add(Byte.toUnsignedInt(one));
        }
        return new AnswerToken(id, bytes, logProbability);
    }

    /** Its text; U+FFFD stands for parts of a character. */
    public String text() {
        byte[] array = new byte[bytes.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = bytes.get(i).byteValue();
        }
        return new String(array, StandardCharsets.UTF_8);
    }

    /** Without the text, which may hold what nobody else is to read. */
    @Override
    public String toString() {
        return "AnswerToken[" + bytes.size() + " bytes, " + logProbability + "]";
    }
}
