package io.github.glimpse.sampling;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Guesses how an answer goes on: as it did where its last three tokens stood before, the last time, in the prompt or in the answer
 * itself. Guesses get longer while they are right and shorter where they are wrong. For one answer.
 *
 * @see <a href="https://arxiv.org/abs/2304.04487">Inference with Reference: Lossless Acceleration of Large Language Models</a>
 */
public final class PromptLookup {

    private static final int TOKENS = 3;
    private static final int ID_BITS = 21;

    private final int most;
    // By the last tokens where the next one lay.
    private final Map<Long, Integer> places = new HashMap<>();
    private int[] ids;
    private int count;
    private int length;
    private int proposed;
    private int taken;

    /**
     * Begins an answer.
     *
     * @param prompt ids, negative where no text stands
     * @param most tokens of a guess; 0 guesses nothing
     */
    public PromptLookup(int[] prompt, int most) {
        this.most = most;
        this.length = most;
        this.ids = new int[Math.max(16, prompt.length)];
        if (most > 0) {
            for (int id : prompt) {
                add(id);
            }
        }
    }

    /** The next token of the answer. */
    public void add(int id) {
        if (most == 0) {
            return;
        }
        long before = last();
        if (before >= 0) {
            places.put(before, count);
        }
        ids = count == ids.length ? Arrays.copyOf(ids, 2 * count) : ids;
        ids[count++] = id;
    }

    /** The last tokens as one number; negative if there are too few, or not all are text. */
    private long last() {
        long key = count < TOKENS ? -1 : 0;
        for (int i = Math.max(0, count - TOKENS); i < count; i++) {
            key = ids[i] < 0 || key < 0 ? -1 : key << ID_BITS | ids[i];
        }
        return key;
    }

    /**
     * What may follow the tokens so far.
     *
     * @param room most tokens that are wanted
     * @return none if these tokens did not stand together before
     */
    public int[] next(int room) {
        Integer from = places.get(last());
        if (from == null) {
            return new int[0];
        }
        int to = from;
        while (to < Math.min(count, from + Math.min(room, length)) && ids[to] >= 0) {
            to++;
        }
        return Arrays.copyOfRange(ids, from, to);
    }

    /** How many tokens of a guess ran, and how many of them were right. */
    public void settle(int ran, int right) {
        proposed += ran;
        taken += right;
        if (ran > 0) {
            length = right == ran ? Math.min(most, Math.max(length, 2 * ran)) : right + 1;
        }
    }

    /** What came of it. */
    public LookupReport report() {
        return new LookupReport(proposed, taken, null);
    }
}
