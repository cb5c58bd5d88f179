package io.github.glimpse.constrain;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A small vocabulary drawn at random: every byte, pieces of what answers are made of, cut anywhere; some ids share their
 * bytes, some have none, and their order means nothing.
 */
final class RandomVocabulary {

    private static final String[] PIECES = {
        "{\"",
        "\":",
        "\",\"",
        "\": \"",
        "}}",
        "}]",
        "]}",
        "[[",
        "[{",
        "{}",
        "[]",
        "\"\"",
        ", \"",
        ",\"",
        "\"a",
        "ab",
        "abc",
        "\"ab\":",
        "12",
        "-1",
        "00",
        "0.",
        "1e",
        "true",
        "null",
        "tr",
        "\\n",
        "\\u0",
        "\\u00",
        "é",
        "日本",
        "x y",
        "\"b\":[",
        "1,",
        "1}",
        "10",
        " 1",
        "a\"",
        "a\",",
        "aaaa",
        "\\\"",
        "\":{\"",
        "\"}",
        "\"},{\"",
        "e5",
        ".5",
        ",-",
        "<tool_call>",
        "</tool_call>",
        "<tool",
        "\n{\"name\": \"",
        "find\", \"arguments\":",
        "}\n</",
        "\n",
        "call>\n",
        " a",
        " {\"",
        " yes",
        "no",
        "yes, it",
        "😀",
        "-0",
        "0",
        "\u007f",
        "2024-0",
        "255.",
        "abba\"",
        "[1, \"",
        ": null",
        "\"d\":false"
    };

    final boolean tokens;
    final boolean strips;
    final boolean bytesOnly;
    final int scores;
    final TokenVocabulary vocabulary;
    private final List<byte @Nullable []> bytes;
    private final Map<String, Integer> markers = new HashMap<>();
    private final int[] ends;

    RandomVocabulary(Random random) {
        List<byte @Nullable []> all = new ArrayList<>();
        for (int value = 0; value < 256; value++) {
            for (int same = random.nextInt(12) == 0 ? 2 : 1; same > 0; same--) {
                all.add(new byte[] {(byte) value});
            }
        }
        bytesOnly = random.nextInt(5) == 0;
        for (int count = bytesOnly ? 0 : 30 + random.nextInt(40); count > 0; count--) {
            byte[] piece = PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8);
            byte[] other = PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8);
            byte[] both = random.nextInt(3) == 0 ? joined(piece, other) : piece;
            int from = random.nextInt(4) == 0 ? random.nextInt(both.length) : 0;
            all.add(Arrays.copyOfRange(
                    both, from, both.length - (random.nextInt(4) == 0 && from + 1 < both.length ? 1 : 0)));
        }
        tokens = random.nextBoolean();
        strips = random.nextInt(3) == 0;
        int specials = 4 + random.nextInt(4);
        for (int count = 0; count < specials; count++) {
            all.add(null);
        }
        Collections.shuffle(all, random);
        bytes = all;
        scores = all.size() + random.nextInt(70);
        List<Integer> free = new ArrayList<>();
        for (int id = 0; id < all.size(); id++) {
            if (all.get(id) == null) {
                free.add(id);
            }
        }
        ends = free.subList(0, 1 + random.nextInt(2)).stream()
                .mapToInt(Integer::intValue)
                .toArray();
        if (tokens) {
            markers.put("<tool_call>", free.get(2));
            markers.put("</tool_call>", free.get(3));
        }
        vocabulary = TokenVocabulary.of(
                scores,
                id -> id < bytes.size() ? bytes.get(id) : null,
                ends,
                markers,
                strips ? TokenVocabulary.FirstBlank.STRIPPED : TokenVocabulary.FirstBlank.KEPT);
    }

    private static byte[] joined(byte[] left, byte[] right) {
        byte[] joined = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, joined, left.length, right.length);
        return joined;
    }

    boolean isEnd(int id) {
        return Arrays.stream(ends).anyMatch(end -> end == id);
    }

    /** What a token adds to an answer: bytes, or a marker; null if it has no place in one. */
    int @Nullable [] symbols(int id, boolean first) {
        byte[] spelled = id < bytes.size() ? bytes.get(id) : null;
        if (spelled != null) {
            int from = first && strips && spelled[0] == ' ' ? 1 : 0;
            int[] symbols = new int[spelled.length - from];
            for (int index = 0; index < symbols.length; index++) {
                symbols[index] = spelled[from + index] & 0xFF;
            }
            return symbols;
        }
        Integer number = id;
        return number.equals(markers.get("<tool_call>"))
                ? new int[] {Grammar.FIRST_MARKER}
                : number.equals(markers.get("</tool_call>")) ? new int[] {Grammar.FIRST_MARKER + 1} : null;
    }
}
