package io.github.glimpse.generate;

import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.answer.AnswerEnding;
import io.github.glimpse.answer.ThinkingReport;
import io.github.glimpse.form.AnswerMask;
import io.github.glimpse.form.ChoiceScores;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.DecoderSteps;
import io.github.glimpse.nn.LayerState;
import io.github.glimpse.nn.RowLogits;
import io.github.glimpse.prefill.Sequence;
import io.github.glimpse.prefill.SequenceMemory;
import io.github.glimpse.sampling.EndRule;
import io.github.glimpse.sampling.PromptLookup;
import io.github.glimpse.sampling.Sampler;
import io.github.glimpse.serve.StepScheduler;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the answer token by token: choose, tell the listener, run the token's row through the layers. Cancelled between
 * tokens. Each layer's cache says itself how many rows it has.
 *
 * <p>Where the next tokens can be guessed their rows run with the one before: a token is chosen from its own row's logits as ever, and
 * if it is the one that was guessed the next row is there already. If not, rows of guesses are forgotten.
 */
final class DecodeLoop {

    private final VisionLanguageModel model;
    private final StepScheduler<DecoderSteps.Rows, RowLogits[]>.Sequence steps;
    private final RequestContext context;
    private final AnswerText text;
    private final @Nullable AnswerMask mask;
    private final ThoughtGate thought;
    private final EndRule end;

    /**
     * Prepares.
     *
     * @param steps runs the rows, with those of others
     * @param text reads the answer
     * @param mask forbids what does not fit the answer's form; null forbids nothing
     * @param thought controls the thought before the answer
     * @param end which tokens end the answer
     */
    DecodeLoop(
            VisionLanguageModel model,
            StepScheduler<DecoderSteps.Rows, RowLogits[]>.Sequence steps,
            RequestContext context,
            AnswerText text,
            @Nullable AnswerMask mask,
            ThoughtGate thought,
            EndRule end) {
        this.end = end;
        this.thought = thought;
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
     * @param thinking the thought before it
     */
    record Answer(
            String text,
            List<ToolCall> calls,
            int[] ids,
            FinishReason reason,
            AnswerLikelihood likelihood,
            ThinkingReport thinking) {}

    /**
     * Runs.
     *
     * @param lookup guesses tokens
     * @param most tokens that fit, at least 1
     */
    Answer run(Sequence sequence, Sampler sampler, PromptLookup lookup, int most) {
        IntStream.Builder ids = IntStream.builder();
        RowLogits logits = new RowLogits(sequence.logits());
        boolean likeliestOnly = mask == null
                && sampler.takesLikeliest()
                && !end.forbids()
                && !context.observer().wantsLogits();
        Rows rows = new Rows(sequence, lookup, likeliestOnly);
        for (int step = 0; ; step++) {
            int id = choose(sampler, logits, step, most - step, sequence.caches());
            ids.add(id);
            if (step == 0) {
                context.watch().firstToken();
            }
            boolean isStop = end.stops(id) && !text.isThinking();
            boolean ends = isStop || end.ends(id);
            // The text is that of all ids, as in the reference: a stop id that is no special token is part of it,
            // unless
            // the answer has a form.
            if (isStop ? end.includesStop() : mask == null || !ends) {
                text.append(id, sampler.logProbability());
            }
            boolean stops = text.isStopped() || ends || (mask != null && mask.isFinished());
            if (stops || step + 1 == most) {
                rows.settle(step);
                return finished(ids, sampler, stops ? FinishReason.STOP : FinishReason.LENGTH);
            }
            context.cancellation().check();
            context.observer().onToken(step, sequence.nextPositions()[0] + step, rows.lengths[0] + step);
            logits = rows.next(id, step, most - step - 1);
            if (context.observer().wantsLogits()) {
                // What stands in them afterwards is chosen from, so a sum of what stood there before is none.
                logits = new RowLogits(logits.logits());
                context.observer().onLogits(step + 1, logits.logits());
            }
        }
    }

    /** The rows of the answer, those of guesses ahead of it. */
    private final class Rows {

        private final Sequence sequence;
        private final PromptLookup lookup;
        private final boolean likeliestOnly;
        private final int[] lengths;
        private int[] ran = {};
        private RowLogits[] logits = {};
        private int first;

        Rows(Sequence sequence, PromptLookup lookup, boolean likeliestOnly) {
            this.likeliestOnly = likeliestOnly;
            this.sequence = sequence;
            this.lookup = lookup;
            this.lengths = lengths(sequence.caches());
        }

        /**
         * The logits behind the answer's next token.
         *
         * @param row of the answer
         * @param left rows that may come, this one included
         */
        RowLogits next(int id, int row, int left) {
            lookup.add(id);
            int ahead = row - first;
            if (ahead < logits.length && ran[ahead] == id) {
                steps.guessedRight();
                return logits[ahead];
            }
            settle(row);
            truncate(sequence.caches(), lengths, row);
            ran = IntStream.concat(IntStream.of(id), IntStream.of(lookup.next(left - 1)))
                    .toArray();
            first = row;
            long[] positions = shifted(sequence.nextPositions(), row);
            logits = forward(new DecoderSteps.Rows(ran, positions, sequence.caches(), likeliestOnly), left);
            return logits[0];
        }

        /** So many rows of the answer are right. */
        void settle(int right) {
            if (logits.length > 0) {
                lookup.settle(logits.length - 1, right - first - 1);
            }
        }
    }

    /** How likely the texts of a choice are behind a prompt, which stays as it is. */
    Map<String, Double> shares(ChoiceScores choice, Sequence sequence) {
        // After a thought the prompt is another
        if (choice.isEmpty() || text.isThinking()) {
            return Map.of();
        }
        int[] lengths = lengths(sequence.caches());
        sequence.caches().forEach(LayerState::remember);
        Map<String, Double> shares = choice.shares(sequence.logits(), (id, length, again) -> {
            context.cancellation().check();
            truncate(sequence.caches(), lengths, length);
            if (again) {
                sequence.caches().forEach(LayerState::remember);
            }
            long[] positions = shifted(sequence.nextPositions(), length);
            int left = ChoiceScores.MOST_STEPS - length;
            return forward(new DecoderSteps.Rows(id, positions, sequence.caches()), left)[0].logits();
        });
        truncate(sequence.caches(), lengths, 0);
        return shares;
    }

    private static int[] lengths(List<LayerState> caches) {
        return caches.stream().mapToInt(LayerState::length).toArray();
    }

    private static long[] shifted(long[] positions, int rows) {
        return Arrays.stream(positions).map(position -> position + rows).toArray();
    }

    private static void truncate(List<LayerState> caches, int[] lengths, int more) {
        for (int layer = 0; layer < lengths.length; layer++) {
            caches.get(layer).truncate(lengths[layer] + more);
        }
    }

    private int choose(Sampler sampler, RowLogits row, int step, int left, List<LayerState> caches) {
        try {
            OptionalInt forced = thought.forced(left);
            if (forced.isPresent()) {
                return sampler.next(forced.getAsInt(), 0, 0);
            }
            if (mask != null) {
                return thought.choose(mask, sampler, row.logits(), left);
            }
            if (end.forbids() && end.forbid(step, row.logits())) {
                return sampler.next(row.logits());
            }
            return row.likeliest() >= 0
                    ? sampler.next(row.likeliest(), row.largest(), row.logOfSum())
                    : sampler.next(row.logits(), row.logOfSum());
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
        boolean cut = ending == FinishReason.LENGTH && (mask == null || text.isThinking() || !mask.isComplete());
        ThinkingReport thinking = thought.report();
        text.finish(cut ? AnswerEnding.LENGTH : AnswerEnding.COMPLETE);
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
                AnswerLikelihood.of(sampler.likelihoods(), all, model.tokenizer(), text.stopText()),
                thinking.withText(text.thinking()));
    }

    /**
     * Runs rows.
     *
     * @param left rows that may come, these included: caches have room for no more
     */
    private RowLogits[] forward(DecoderSteps.Rows rows, int left) {
        List<LayerState> caches = rows.states();
        List<LayerState> full = caches.stream()
                .filter(cache -> cache.room() < rows.ids().length)
                .toList();
        for (LayerState cache : full) {
            cache.reserve(Math.min(left, Math.max(SequenceMemory.ROWS_AT_ONCE, cache.length() / 2)));
        }
        if (!full.isEmpty()) {
            context.memory().uses(caches);
        }
        return steps.next(rows, context.cancellation()::check);
    }
}
