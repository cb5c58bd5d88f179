package io.github.glimpse.model;

import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.UnsupportedContentException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/**
 * A prompt as the decoder sees it: each placeholder repeated once per row, and where everything lies.
 *
 * @param ids token ids
 * @param spans rows of the runs
 * @param newlineRows rising rows inside of spans that are no patches
 * @param positions position ids
 */
@SuppressWarnings("ArrayRecordComponent") // read only, never compared
public record PromptLayout(int[] ids, List<ImageSpan> spans, int[] newlineRows, Positions positions) {

    /** More than any model's context: prompts beyond are not even laid out. */
    private static final int MOST_ROWS = 10_000_000;

    /** Copies the list. */
    public PromptLayout {
        spans = List.copyOf(spans);
    }

    /** The ids of the text, -1 in rows of image tokens and between them. */
    public int[] textIds() {
        int[] text = ids.clone();
        for (int row : imageRows()) {
            text[row] = -1;
        }
        for (int row : newlineRows) {
            text[row] = -1;
        }
        return text;
    }

    /** The same rows at other positions. */
    public PromptLayout at(Positions others) {
        return new PromptLayout(ids, spans, newlineRows, others);
    }

    /**
     * Lays out a prompt.
     *
     * @param prompt ids with one placeholder per run
     * @param placeholders their ids
     * @param runs in prompt order
     * @throws UnsupportedContentException if the template wrote another number of placeholders than there are runs
     */
    public static PromptLayout of(int[] prompt, Set<Integer> placeholders, List<TokenRun> runs, PositionRule rule) {
        long length = prompt.length;
        int found = 0;
        for (int id : prompt) {
            if (placeholders.contains(id)) {
                length += found < runs.size() ? runs.get(found).rows() - 1 : 0;
                found++;
            }
        }
        if (found != runs.size()) {
            throw miscounted(found, runs.size());
        }
        if (length > MOST_ROWS) {
            throw new PromptTooLongException("The prompt has " + length + " tokens, the limit is " + MOST_ROWS
                    + "; send smaller or fewer images, or fewer frames of a video");
        }
        int[] ids = new int[(int) length];
        List<ImageSpan> spans = new ArrayList<>();
        BitSet newlines = new BitSet();
        int next = 0;
        for (int id : prompt) {
            int repeat = 1;
            if (placeholders.contains(id)) {
                TokenRun run = runs.get(spans.size());
                repeat = run.rows();
                for (int place : run.newlines()) {
                    newlines.set(next + place);
                }
                spans.add(new ImageSpan(next, repeat));
            }
            java.util.Arrays.fill(ids, next, next + repeat, id);
            next += repeat;
        }
        return new PromptLayout(ids, spans, newlines.stream().toArray(), rule.of(ids.length, spans, runs));
    }

    /** What to say where a template wrote another number of placeholders than there are pictures and videos. */
    public static UnsupportedContentException miscounted(int found, int given) {
        return new UnsupportedContentException("The chat template wrote " + found + " placeholders for " + given
                + " images and videos; send them in user messages only, or check the model's chat template");
    }

    /** Rows of all image tokens, rising; rows that are no patches are not among them. */
    public int[] imageRows() {
        BitSet rows = new BitSet();
        spans.forEach(span -> rows.set(span.start(), span.start() + span.count()));
        for (int row : newlineRows) {
            rows.clear(row);
        }
        return rows.stream().toArray();
    }
}
