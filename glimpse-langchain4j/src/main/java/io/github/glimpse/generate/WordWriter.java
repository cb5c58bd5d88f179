package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.nn.CrossKeyValues;
import io.github.glimpse.nn.CrossTextStack;
import io.github.glimpse.nn.TextCache;
import io.github.glimpse.nn.WordHead;
import io.github.glimpse.sampling.BeamSearch;
import java.util.ArrayList;
import java.util.List;

/**
 * A text decoder that has begun: its caches, what each of its layers attends to, and the logits of the next word. Keys and values
 * of what it attends to were computed once, for all words and beams. Belongs to one request.
 */
final class WordWriter implements BeamSearch.Writer {

    private final CrossTextStack stack;
    private final WordHead words;
    private final RequestContext context;
    private final List<TextCache> caches;
    private final List<CrossKeyValues> image;
    private int length;

    /**
     * A decoder whose prompt has run.
     *
     * @param caches one per layer, with the prompt's rows
     * @param image one per layer
     */
    WordWriter(
            CrossTextStack stack,
            WordHead words,
            List<TextCache> caches,
            List<CrossKeyValues> image,
            RequestContext context) {
        this.stack = stack;
        this.words = words;
        this.caches = List.copyOf(caches);
        this.image = List.copyOf(image);
        this.context = context;
        this.length = caches.get(0).length();
    }

    /** A decoder that has seen nothing yet, attending to these rows. */
    static WordWriter withCrossAttention(
            NDArray rows, CrossTextStack stack, WordHead words, int rowsToCome, RequestContext context) {
        List<TextCache> caches = new ArrayList<>();
        List<CrossKeyValues> image = new ArrayList<>();
        for (int layer = 0; layer < stack.shape().layers(); layer++) {
            context.cancellation().check();
            caches.add(stack.newCache(rowsToCome, context.scope()));
            image.add(stack.keyValues(layer, rows, context.scope()));
        }
        return new WordWriter(stack, words, caches, image, context);
    }

    /** Rows that the decoder has: what it began with and what it has read since. */
    int length() {
        return length;
    }

    /** The logits behind rows that have run: {@code [vocab]}. */
    float[] logitsOf(NDArray lastRow) {
        try (TensorScope step = context.scope().openChild()) {
            return HostValues.floats(words.logits(lastRow, step));
        }
    }

    /**
     * Reads one more word of each beam.
     *
     * @param ids one per beam
     * @return logits of the next word per beam, {@code [beams][vocab]}
     */
    @Override
    public float[][] read(int[] ids) {
        try (TensorScope step = context.scope().openChild()) {
            NDArray hidden = stack.embedBeams(ids, length, step);
            for (int layer = 0; layer < caches.size(); layer++) {
                TextCache cache = caches.get(layer);
                hidden = stack.layer(
                                layer, hidden, cache, 0, image.get(layer), CrossTextStack.ScoreOutput.ROWS_ONLY, step)
                        .hidden();
                cache.use(length + 1);
            }
            length++;
            float[] all = HostValues.floats(words.logits(hidden, step));
            int vocabulary = all.length / ids.length;
            float[][] logits = new float[ids.length][];
            for (int beam = 0; beam < ids.length; beam++) {
                logits[beam] = java.util.Arrays.copyOfRange(all, beam * vocabulary, (beam + 1) * vocabulary);
            }
            return logits;
        }
    }

    /** Beam {@code i} goes on from what was beam {@code origins[i]}. */
    @Override
    public void continueFrom(int[] origins) {
        caches.forEach(cache -> cache.continueFrom(origins));
    }
}
