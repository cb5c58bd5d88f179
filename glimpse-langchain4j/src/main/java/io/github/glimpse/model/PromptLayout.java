package io.github.glimpse.model;

import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.image.ImageGrid;
import java.util.ArrayList;
import java.util.List;

/**
 * A prompt as the decoder sees it: each image placeholder repeated once per image token, and where everything lies.
 *
 * @param ids token ids
 * @param spans rows of the images
 * @param positions position ids
 */
public record PromptLayout(int[] ids, List<ImageSpan> spans, Positions positions) {

    /** Copies the list. */
    public PromptLayout {
        spans = List.copyOf(spans);
    }

    /** The same rows at other positions. */
    public PromptLayout at(Positions others) {
        return new PromptLayout(ids, spans, others);
    }

    /**
     * Lays out a prompt.
     *
     * @param prompt ids with one placeholder per image
     * @param placeholder its id
     * @param grids grids of the images, in prompt order
     * @throws UnsupportedContentException if the template wrote another number of placeholders than there are images
     */
    public static PromptLayout of(int[] prompt, int placeholder, List<ImageGrid> grids, PositionRule rule) {
        int length = prompt.length;
        int found = 0;
        for (int id : prompt) {
            if (id == placeholder) {
                length += found < grids.size() ? grids.get(found).tokenCount() - 1 : 0;
                found++;
            }
        }
        if (found != grids.size()) {
            throw new UnsupportedContentException("The chat template wrote " + found + " image placeholders for "
                    + grids.size() + " images; send images in user messages only, or check the model's chat template");
        }
        int[] ids = new int[length];
        List<ImageSpan> spans = new ArrayList<>();
        int next = 0;
        for (int id : prompt) {
            int repeat = id == placeholder ? grids.get(spans.size()).tokenCount() : 1;
            if (id == placeholder) {
                spans.add(new ImageSpan(next, repeat));
            }
            java.util.Arrays.fill(ids, next, next + repeat, id);
            next += repeat;
        }
        return new PromptLayout(ids, spans, rule.of(length, spans, grids));
    }

    /** Rows of all image tokens, rising. */
    public int[] imageRows() {
        int[] rows = new int[spans.stream().mapToInt(ImageSpan::count).sum()];
        int next = 0;
        for (ImageSpan span : spans) {
            for (int i = 0; i < span.count(); i++) {
                rows[next++] = span.start() + i;
            }
        }
        return rows;
    }
}
