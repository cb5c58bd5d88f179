package io.github.glimpse.sampling;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
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

    /**
     * Tokens of an answer before the text that ended it. The token in which that text begins keeps its bytes before it.
     *
     * @param end text at the end of the tokens; empty leaves all of them
     */
    public static List<AnswerToken> before(String end, List<AnswerToken> tokens) {
        if (end.isEmpty()) {
            return tokens;
        }
        List<Integer> ending = of(0, end.getBytes(StandardCharsets.UTF_8), 0).bytes;
        List<Integer> all =
                tokens.stream().flatMap(token -> token.bytes.stream()).toList();
        int left = Collections.lastIndexOfSubList(all, ending);
        if (left < 0) {
            return tokens;
        }
        List<AnswerToken> before = new ArrayList<>();
        for (AnswerToken token : tokens) {
            List<Integer> bytes = token.bytes.subList(0, Math.min(left, token.bytes.size()));
            left -= bytes.size();
            if (!bytes.isEmpty()) {
                before.add(new AnswerToken(token.id, bytes, token.logProbability));
            }
        }
        return before;
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
