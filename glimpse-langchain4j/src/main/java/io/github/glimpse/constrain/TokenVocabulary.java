package io.github.glimpse.constrain;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a model as bytes, prepared for masks. Built once per model: some 150 ms and 10 MB for 150,000 tokens.
 * Immutable, safe for concurrent use.
 */
public final class TokenVocabulary {

    /** Plain tokens of up to so many characters have their own masks. */
    static final int MASKED_ROOM = 16;

    private static final int MOST_BYTES = Short.MAX_VALUE;

    private final int scores;
    private final int[] endIds;
    private final Map<String, Integer> markers;
    private final boolean stripsFirstBlank;
    private final byte[] @Nullable [] bytes;
    private final TokenTrie all;
    private final TokenTrie special;
    private final long[][] plain = new long[MASKED_ROOM + 1][];
    private final int[] longPlain;
    private final int[] longPlainCharacters;
    private final BitSet single = new BitSet();
    private final int longest;
    private final int mostNesting;
    private final StringTokens strings;

    private TokenVocabulary(
            int scores,
            byte[] @Nullable [] bytes,
            int[] endIds,
            Map<String, Integer> markers,
            boolean stripsFirstBlank) {
        this.scores = scores;
        this.bytes = bytes;
        this.endIds = endIds;
        this.markers = markers;
        this.stripsFirstBlank = stripsFirstBlank;
        List<TokenTrie.Token> tokens = new ArrayList<>();
        List<TokenTrie.Token> others = new ArrayList<>();
        List<int[]> longer = new ArrayList<>();
        for (int room = 0; room <= MASKED_ROOM; room++) {
            plain[room] = new long[words()];
        }
        for (int id = 0; id < scores; id++) {
            byte[] spelled = bytes[id];
            if (spelled == null) {
                continue;
            }
            TokenTrie.Token token = new TokenTrie.Token(id, spelled);
            tokens.add(token);
            if (spelled.length == 1) {
                single.set(spelled[0] & 0xFF);
            }
            int characters = plainCharacters(spelled);
            if (characters < 0) {
                others.add(token);
            } else if (characters > MASKED_ROOM) {
                longer.add(new int[] {characters, id});
            }
            for (int room = characters; characters >= 0 && room <= MASKED_ROOM; room++) {
                plain[room][id >> 6] |= 1L << id;
            }
        }
        all = new TokenTrie(tokens);
        special = new TokenTrie(others);
        longer.sort(Arrays::compare);
        longPlainCharacters = longer.stream().mapToInt(pair -> pair[0]).toArray();
        longPlain = longer.stream().mapToInt(pair -> pair[1]).toArray();
        longest = all.depthMost();
        mostNesting =
                tokens.stream().mapToInt(token -> nesting(token.bytes())).max().orElse(0);
        strings = new StringTokens(this);
    }

    private static int nesting(byte[] spelled) {
        int count = 0;
        for (byte value : spelled) {
            count += value == '[' || value == '{' ? 1 : 0;
        }
        return count;
    }

    /**
     * Prepares the tokens of a model.
     *
     * @param scores how many scores the model gives; ids from there on are no part of a mask
     * @param bytesOf the bytes that a token adds to an answer; null for added, special and unknown ids, which no answer
     *     under a constraint holds
     * @param endIds ids that end an answer
     * @param markers ids of added tokens that constraints may ask for by their text, such as {@code <tool_call>}
     * @param firstBlank what becomes of a blank at the very beginning of an answer
     */
    public static TokenVocabulary of(
            int scores,
            IntFunction<byte @Nullable []> bytesOf,
            int[] endIds,
            Map<String, Integer> markers,
            FirstBlank firstBlank) {
        byte[] @Nullable [] bytes = new byte[scores][];
        BitSet others = new BitSet();
        Arrays.stream(endIds).filter(id -> id >= 0).forEach(others::set);
        markers.values().stream().filter(id -> id >= 0).forEach(others::set);
        for (int id = 0; id < scores; id++) {
            byte[] spelled = others.get(id) ? null : bytesOf.apply(id);
            bytes[id] = spelled == null || spelled.length == 0 || spelled.length > MOST_BYTES ? null : spelled.clone();
        }
        int[] ends = Arrays.stream(endIds)
                .filter(id -> id >= 0 && id < scores)
                .distinct()
                .toArray();
        return new TokenVocabulary(scores, bytes, ends, Map.copyOf(markers), firstBlank == FirstBlank.STRIPPED);
    }

    /** What a decoder does with a blank at the very beginning of an answer. */
    public enum FirstBlank {
        /** It is part of the text. */
        KEPT,
        /** One blank is taken away, as decoders do that come from sentencepiece. */
        STRIPPED
    }

    /** Characters of a token that stands for itself in a JSON string; -1 if it does not. */
    private static int plainCharacters(byte[] spelled) {
        int characters = 0;
        for (int at = 0; at < spelled.length; characters++) {
            int lead = spelled[at] & 0xFF;
            int length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
            if (length == 0 || at + length > spelled.length) {
                return -1;
            }
            int point = length == 1 ? lead : lead & (0x7F >> length);
            for (int index = 1; index < length; index++) {
                int next = spelled[at + index] & 0xFF;
                if (next >> 6 != 2) {
                    return -1;
                }
                point = (point << 6) | (next & 0x3F);
            }
            boolean shortest = length < 3 || point >= (length == 3 ? 0x800 : 0x10000);
            if (!shortest || !CodePoints.PLAIN.contains(point)) {
                return -1;
            }
            at += length;
        }
        return characters;
    }

    /** How many bits a mask has. */
    public int scores() {
        return scores;
    }

    /** How many longs a mask has. */
    public int words() {
        return (scores + 63) >> 6;
    }

    int[] endIds() {
        return endIds;
    }

    boolean isEnd(int id) {
        return Arrays.stream(endIds).anyMatch(end -> end == id);
    }

    OptionalInt marker(String text) {
        Integer id = markers.get(text);
        return id == null || id < 0 || id >= scores ? OptionalInt.empty() : OptionalInt.of(id);
    }

    boolean stripsFirstBlank() {
        return stripsFirstBlank;
    }

    /**
     * The fewest tokens that spell a text as a whole answer; of several ways the one with the longer tokens first, of ids with the
     * same bytes the highest: vocabularies that can spell any byte have those tokens in front of the characters that models are taught.
     */
    public int[] spelled(String text) {
        byte[] bytes = ((stripsFirstBlank ? " " : "") + text).getBytes(StandardCharsets.UTF_8);
        int[] fewest = new int[bytes.length + 1];
        int[] ids = new int[bytes.length];
        int[] ends = new int[bytes.length];
        for (int from = bytes.length - 1; from >= 0; from--) {
            fewest[from] = Integer.MAX_VALUE;
            int node = 0;
            for (int end = from; end < bytes.length && node >= 0; ) {
                node = all.child(node, bytes[end++] & 0xFF);
                if (node >= 0
                        && all.hasIds(node)
                        && fewest[end] < Integer.MAX_VALUE
                        && fewest[end] + 1 <= fewest[from]) {
                    // Equal numbers: the longer token comes later and wins.
                    fewest[from] = fewest[end] + 1;
                    ids[from] = all.id(all.firstId(node + 1) - 1);
                    ends[from] = end;
                }
            }
        }
        IntStream.Builder spelled = IntStream.builder();
        for (int at = 0; at < bytes.length; at = ends[at]) {
            if (fewest[at] == Integer.MAX_VALUE) {
                throw new InvalidConstraintException(
                        "The model's vocabulary has no tokens for '" + text + "'; take another text");
            }
            spelled.add(ids[at]);
        }
        return spelled.build().toArray();
    }

    byte @Nullable [] bytesOf(int id) {
        return id >= 0 && id < scores ? bytes[id] : null;
    }

    /** Bytes of the longest token. */
    int longest() {
        return longest;
    }

    /** Objects and arrays that one token can open, at most. */
    int mostNesting() {
        return mostNesting;
    }

    /** Whether some token is just this byte. */
    boolean hasSingle(int value) {
        return single.get(value);
    }

    TokenTrie all() {
        return all;
    }

    /** The tokens that are not made of whole characters that stand for themselves in a JSON string. */
    TokenTrie special() {
        return special;
    }

    /** Allows the tokens made of up to so many characters that stand for themselves in a JSON string. */
    void allowPlain(int room, long[] allowed) {
        long[] mask = plain[Math.min(room, MASKED_ROOM)];
        for (int word = 0; word < mask.length; word++) {
            allowed[word] |= mask[word];
        }
        for (int index = 0; index < longPlain.length && longPlainCharacters[index] <= room; index++) {
            allowed[longPlain[index] >> 6] |= 1L << longPlain[index];
        }
    }

    /** Takes the tokens away that are made of up to so many of them. */
    void forbidPlain(int room, long[] allowed) {
        long[] mask = plain[Math.min(room, MASKED_ROOM)];
        for (int word = 0; word < mask.length; word++) {
            allowed[word] &= ~mask[word];
        }
        for (int index = 0; index < longPlain.length && longPlainCharacters[index] <= room; index++) {
            allowed[longPlain[index] >> 6] &= ~(1L << longPlain[index]);
        }
    }

    /** The tokens inside JSON strings. */
    StringTokens strings() {
        return strings;
    }
}
