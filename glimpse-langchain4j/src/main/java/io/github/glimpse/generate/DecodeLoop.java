package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.text.IncrementalDecoder;
import io.github.glimpse.text.StopSequences;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Makes the answer token by token: choose, tell the listener, run the token's row through the layers. Cancelled between
 * tokens. Each layer's cache says itself how many rows it has.
 */
final class DecodeLoop {

    /** Rows of cache made ready at once: a long answer grows its caches now and then, a short one never. */
    static final int ROWS_AT_ONCE = 512;

    private final VisionLanguageModel model;
    private final DecoderStack decoder;
    private final RequestContext context;
    private final GenerationListener listener;
    private final IncrementalDecoder text;
    private final StopSequences stops;
    private final StringBuilder answer = new StringBuilder();

    DecodeLoop(VisionLanguageModel model, RequestContext context, List<String> stop, GenerationListener listener) {
        this.model = model;
        this.decoder = model.decoder();
        this.context = context;
        this.listener = listener;
        this.text = new IncrementalDecoder(model.tokenizer());
        this.stops = new StopSequences(stop);
    }

    /**
     * What the loop made.
     *
     * @param text the answer
     * @param ids all ids, the ending one included
     * @param reason why it ended
     * @param likelihood of the ids
     */
    record Answer(String text, int[] ids, FinishReason reason, AnswerLikelihood likelihood) {}

    /**
     * Runs.
     *
     * @param most tokens that fit, at least 1
     */
    Answer run(Sequence sequence, Sampler sampler, int most) {
        IntStream.Builder ids = IntStream.builder();
        float[] logits = sequence.logits();
        long[] positions = sequence.nextPositions().clone();
        for (int step = 0; ; step++) {
            int id = choose(sampler, logits, sequence.caches());
            ids.add(id);
            if (step == 0) {
                context.watch().firstToken();
            }
            // The text is that of all ids, as in the reference: a stop id that is no special token is part of it.
            release(stops.append(text.append(id)));
            if (stops.matched()) {
                return new Answer(answer.toString(), ids.build().toArray(), FinishReason.STOP, sampler.likelihood());
            }
            if (model.stopIds().contains(id)) {
                return finished(ids, sampler, FinishReason.STOP);
            }
            if (step + 1 == most) {
                return finished(ids, sampler, FinishReason.LENGTH);
            }
            context.cancellation().check();
            context.observer()
                    .onToken(step, positions[0], sequence.caches().get(0).length());
            logits = forward(id, positions, sequence.caches());
            context.observer().onLogits(step + 1, logits);
            Arrays.setAll(positions, layer -> positions[layer] + 1);
        }
    }

    private static int choose(Sampler sampler, float[] logits, List<KvCache> caches) {
        try {
            return sampler.next(logits);
        } catch (NonFiniteNumbersException e) {
            throw e.at(firstBroken(caches));
        }
    }

    /** Where it began, as far as caches tell: a layer's keys and values come from what the layers before it gave. */
    private static String firstBroken(List<KvCache> caches) {
        for (int layer = 0; layer < caches.size(); layer++) {
            if (!caches.get(layer).isFinite()) {
                String origin = layer == 0 ? "the embedding, the vision tower or that layer" : "layer " + (layer - 1);
                return "the keys or values of layer " + layer + " of " + caches.size() + " too: see " + origin;
            }
        }
        return "but the keys and values of all " + caches.size()
                + " layers are finite: see the last layer, the norm behind it or the head";
    }

    private Answer finished(IntStream.Builder ids, Sampler sampler, FinishReason reason) {
        release(stops.append(text.finish()));
        boolean matched = stops.matched();
        if (!matched) {
            release(stops.finish());
        }
        return new Answer(
                answer.toString(), ids.build().toArray(), matched ? FinishReason.STOP : reason, sampler.likelihood());
    }

    private void release(String piece) {
        if (!piece.isEmpty()) {
            answer.append(piece);
            listener.onText(piece);
        }
    }

    private float[] forward(int id, long[] positions, List<KvCache> caches) {
        try (TensorScope step = context.scope().openChild()) {
            NDArray hidden = decoder.embed(step.indices(new int[] {id}), 1, step);
            // One table serves all layers unless a schedule renumbered between them.
            Map<Long, RotaryEmbedding.Tables> tables = new HashMap<>();
            for (int layer = 0; layer < caches.size(); layer++) {
                KvCache cache = caches.get(layer);
                if (cache.length() == cache.capacity()) {
                    cache.reserve(Math.max(ROWS_AT_ONCE, cache.length() / 2));
                }
                NDArray next = decoder.layer(
                        layer,
                        hidden,
                        tables.computeIfAbsent(positions[layer], position -> tables(position, step)),
                        cache,
                        step);
                cache.truncate(cache.length() + 1);
                hidden.close();
                hidden = next;
            }
            return HostValues.floats(decoder.logits(hidden, 0, step));
        }
    }

    private RotaryEmbedding.Tables tables(long position, TensorScope step) {
        // All rows of positions are equal behind the prompt; one row of tables fits families with one and with three.
        long[] ids = new long[decoder.positionRows()];
        Arrays.fill(ids, position);
        return decoder.rotary(step.longs(ids, ids.length, 1), step);
    }
}
