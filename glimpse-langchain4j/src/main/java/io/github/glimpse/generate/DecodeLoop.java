package io.github.glimpse.generate;

import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.constrain.ToolCallParser;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.DecoderSteps;
import io.github.glimpse.nn.LayerState;
import io.github.glimpse.prefill.Sequence;
import io.github.glimpse.prefill.SequenceMemory;
import io.github.glimpse.sampling.Sampler;
import io.github.glimpse.serve.StepScheduler;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the answer token by token: choose, tell the listener, run the token's row through the layers. Cancelled between
 * tokens. Each layer's cache says itself how many rows it has.
 */
final class DecodeLoop {

    private final VisionLanguageModel model;
    private final StepScheduler<DecoderSteps.Row, float[]>.Sequence steps;
    private final RequestContext context;
    private final AnswerText text;
    private final @Nullable AnswerMask mask;

    /**
     * Prepares.
     *
     * @param steps runs the rows, with those of others
     * @param text reads the answer
     * @param mask forbids what does not fit the answer's form; null forbids nothing
     */
    DecodeLoop(
            VisionLanguageModel model,
            StepScheduler<DecoderSteps.Row, float[]>.Sequence steps,
            RequestContext context,
            AnswerText text,
            @Nullable AnswerMask mask) {
        this.model = model;
        this.steps = steps;
        this.context = context;
        this.text = text;
        this.mask = mask;
    }

    /**
     * What the loop made.
     *
     * @param text the answer
     * @param calls of tools
     * @param ids all ids, the ending one included
     * @param reason why it ended
     * @param likelihood of the ids
     */
    record Answer(String text, List<ToolCall> calls, int[] ids, FinishReason reason, AnswerLikelihood likelihood) {}

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
            int id = choose(sampler, logits, most - step, sequence.caches());
            ids.add(id);
            if (step == 0) {
                context.watch().firstToken();
            }
            boolean ends = model.stopIds().contains(id);
            // The text is that of all ids, as in the reference: a stop id that is no special token is part of it,
            // unless
            // the answer has a form.
            if (mask == null || !ends) {
                text.append(id, sampler.logProbability());
            }
            if (text.isStopped() || ends || (mask != null && mask.isFinished())) {
                return finished(ids, sampler, FinishReason.STOP);
            }
            if (step + 1 == most) {
                return finished(ids, sampler, FinishReason.LENGTH);
            }
            context.cancellation().check();
            context.observer()
                    .onToken(step, positions[0], sequence.caches().get(0).length());
            logits = forward(id, positions, sequence.caches(), most - step - 1);
            context.observer().onLogits(step + 1, logits);
            Arrays.setAll(positions, layer -> positions[layer] + 1);
        }
    }

    /** How likely the texts of a choice are behind a prompt, which stays as it is; empty for other answers. */
    Map<String, Double> choiceScores(Sequence sequence) {
        if (mask == null || mask.choices().isEmpty()) {
            return Map.of();
        }
        int[] lengths = sequence.caches().stream().mapToInt(LayerState::length).toArray();
        Map<String, Double> scores =
                ChoiceScores.of(mask.choices(), model.tokenizer(), mask, sequence.logits(), (id, length) -> {
                    context.cancellation().check();
                    truncate(sequence.caches(), lengths, length);
                    sequence.caches().forEach(LayerState::remember);
                    long[] positions = Arrays.stream(sequence.nextPositions())
                            .map(position -> position + length)
                            .toArray();
                    return forward(id, positions, sequence.caches(), ChoiceScores.MOST_STEPS - length);
                });
        truncate(sequence.caches(), lengths, 0);
        return scores;
    }

    private static void truncate(List<LayerState> caches, int[] lengths, int more) {
        for (int layer = 0; layer < lengths.length; layer++) {
            caches.get(layer).truncate(lengths[layer] + more);
        }
    }

    private int choose(Sampler sampler, float[] logits, int left, List<LayerState> caches) {
        try {
            return mask == null ? sampler.next(logits) : mask.choose(sampler, logits, left);
        } catch (NonFiniteNumbersException e) {
            throw e.at(firstBroken(caches));
        }
    }

    /** Where it began, as far as caches tell: a layer's keys and values come from what the layers before it gave. */
    private static String firstBroken(List<LayerState> caches) {
        for (int layer = 0; layer < caches.size(); layer++) {
            if (!caches.get(layer).isFinite()) {
                String origin = layer == 0 ? "the embedding, the vision tower or that layer" : "layer " + (layer - 1);
                return "the keys or values of layer " + layer + " of " + caches.size() + " too: see " + origin;
            }
        }
        return "but the keys and values of all " + caches.size()
                + " layers are finite: see the last layer, the norm behind it or the head";
    }

    private Answer finished(IntStream.Builder ids, Sampler sampler, FinishReason ending) {
        if (ending == FinishReason.LENGTH && mask != null) {
            mask.limitReached();
        }
        // Closed in time, an answer is whole where the limit falls.
        boolean cut = ending == FinishReason.LENGTH && (mask == null || !mask.isComplete());
        text.finish(cut ? ToolCallParser.Ending.CUT : ToolCallParser.Ending.COMPLETE);
        FinishReason reason = text.isStopped() ? FinishReason.STOP : ending;
        if (mask != null && mask.isTruncated()) {
            reason = FinishReason.LENGTH;
        }
        if (!cut && !text.calls().isEmpty()) {
            reason = FinishReason.TOOL_CALLS;
        }
        int[] all = ids.build().toArray();
        return new Answer(
                text.text(),
                text.calls(),
                all,
                reason,
                AnswerLikelihood.of(sampler.likelihoods(), all, model.tokenizer()));
    }

    /**
     * Runs a row.
     *
     * @param left rows that may come, this one included: caches have room for no more
     */
    private float[] forward(int id, long[] positions, List<LayerState> caches, int left) {
        boolean grows = false;
        for (LayerState cache : caches) {
            if (cache.isFull()) {
                cache.reserve(Math.min(left, Math.max(SequenceMemory.ROWS_AT_ONCE, cache.length() / 2)));
                grows = true;
            }
        }
        if (grows) {
            context.memory().uses(caches);
        }
        return steps.next(new DecoderSteps.Row(id, positions, caches), context.cancellation()::check);
    }
}
