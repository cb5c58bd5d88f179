package io.github.glimpse.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;

/** Unigram: of all ways to cut a word into pieces of the vocabulary, the one whose scores have the highest sum. */
final class UnigramModel implements SubwordModel {

    /** How much less than the rarest piece a character counts that the vocabulary does not have. */
    private static final double UNKNOWN_PENALTY = 10;

    private final Map<String, Integer> vocabulary;
    private final double[] scores;
    private final int unknownId;
    private final boolean byteFallback;
    private final double unknownScore;
    private final TokenTrie trie = new TokenTrie();

    /**
     * Makes the model.
     *
     * @param vocabulary   pieces and ids
     * @param scores       of each id
     * @param unknownId    id of what the vocabulary does not have, or -1
     * @param byteFallback whether the bytes of unknown text have tokens
     */
    UnigramModel(Map<String, Integer> vocabulary, double[] scores, int unknownId, boolean byteFallback) {
        this.vocabulary = vocabulary;
        this.scores = scores;
        this.unknownId = unknownId;
        this.byteFallback = byteFallback;
        this.unknownScore = Arrays.stream(scores).min().orElse(0) - UNKNOWN_PENALTY;
        vocabulary.forEach((token, id) -> {
            if (!token.isEmpty()) {
                trie.put(token, id);
            }
        });
    }

    @Override
    public int unknownId() {
        return unknownId;
    }

    @Override
    public void encode(AlignedText text, int from, int to, TokenSink sink) {
        String all = text.text();
        int length = to - from;
        // For each place: the best way to it, where its last piece starts and which that is.
        double[] best = new double[length + 1];
        int[] starts = new int[length + 1];
        int[] ids = new int[length + 1];
        Arrays.fill(starts, -1);
        for (int at = 0; at < length; ) {
            int single = Character.charCount(all.codePointAt(from + at));
            boolean known = false;
            int node = trie.root();
            for (int end = at; end < length && (node = trie.child(node, all.charAt(from + end))) >= 0; end++) {
                sink.work(1);
                int id = trie.value(node);
                if (id >= 0) {
                    offer(best, starts, ids, at, end + 1, scores[id], id);
                    known |= end + 1 - at == single;
                }
            }
            if (!known) {
                if (unknownId < 0) {
                    throw SubwordModel.unknownMissing("unk_id");
                }
                offer(best, starts, ids, at, at + single, unknownScore, unknownId);
            }
            sink.work(1);
            at += single;
        }
        emit(text, from, starts, ids, sink);
    }

    private static void offer(double[] best, int[] starts, int[] ids, int at, int end, double score, int id) {
        double sum = best[at] + score;
        if (starts[end] < 0 || sum > best[end]) {
            best[end] = sum;
            starts[end] = at;
            ids[end] = id;
        }
    }

    /** From the end to the beginning; unknown pieces in a row are one. */
    private void emit(AlignedText text, int from, int[] starts, int[] ids, TokenSink sink) {
        Deque<int[]> pieces = new ArrayDeque<>();
        for (int end = starts.length - 1; end > 0; ) {
            int start = starts[end];
            if (ids[end] == unknownId) {
                while (start > 0 && ids[start] == unknownId) {
                    start = starts[start];
                }
            }
            pieces.addFirst(new int[] {start, end});
            end = start;
        }
        for (int[] piece : pieces) {
            emit(text, from + piece[0], from + piece[1], sink);
        }
    }

    private void emit(AlignedText text, int from, int to, TokenSink sink) {
        String piece = text.text().substring(from, to);
        Integer id = vocabulary.get(piece);
        if (id != null) {
            sink.add(id, text, from, to);
            return;
        }
        byte[] bytes = byteFallback ? piece.getBytes(StandardCharsets.UTF_8) : new byte[0];
        int[] byteIds = new int[bytes.length];
        boolean known = byteFallback;
        for (int index = 0; index < bytes.length; index++) {
            byteIds[index] = vocabulary.getOrDefault(String.format(Locale.ROOT, "<0x%02X>", bytes[index] & 0xFF), -1);
            known &= byteIds[index] >= 0;
        }
        if (!known) {
            if (unknownId < 0) {
                throw SubwordModel.unknownMissing("unk_id");
            }
            sink.add(unknownId, text, from, to);
            return;
        }
        for (int byteId : byteIds) {
            sink.add(byteId, text, from, to);
        }
    }
}
