package io.github.glimpse.generate;

import io.github.glimpse.answer.AnswerEnding;
import io.github.glimpse.answer.ThinkingReport;
import io.github.glimpse.sampling.BeamSearch;
import io.github.glimpse.sampling.Sampler;
import io.github.glimpse.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Makes the text of an answer from the words of a {@link WordWriter} and tells the listener: one at a time, or the best of several
 * beams at the end. Ids that the tokenizer does not know, such as the start id, have no text.
 */
final class WordLoop {

    private final WordWriter writer;
    private final RequestContext context;
    private final AnswerText text;
    private final int end;

    WordLoop(
            WordWriter writer,
            Tokenizer tokenizer,
            int end,
            List<String> stop,
            RequestContext context,
            GenerationListener listener) {
        this.writer = writer;
        this.end = end;
        this.context = context;
        this.text = new AnswerText(tokenizer, stop, listener);
    }

    /** What stands before the words already, as the beginning of a caption, is part of the text. */
    void begin(int[] ids) {
        for (int id : ids) {
            text.begin(id);
        }
    }

    /**
     * Writes word by word.
     *
     * @param logits after what the writer began with
     * @param least before so many words the end is forbidden
     * @param most words that fit, at least 1
     */
    DecodeLoop.Answer sample(float[] logits, Sampler sampler, int least, int most) {
        IntStream.Builder ids = IntStream.builder();
        float[] scores = logits;
        for (int step = 0; ; step++) {
            context.observer().onLogits(step, scores);
            if (step < least) {
                scores[end] = Float.NEGATIVE_INFINITY;
            }
            int id = sampler.next(scores);
            ids.add(id);
            if (step == 0) {
                context.watch().firstToken();
            }
            if (id == end) {
                return finished(ids.build().toArray(), AnswerLikelihood.of(sampler.likelihoods()), FinishReason.STOP);
            }
            text.append(id, sampler.logProbability());
            if (text.isStopped()) {
                return finished(ids.build().toArray(), AnswerLikelihood.of(sampler.likelihoods()), FinishReason.STOP);
            }
            if (step + 1 == most) {
                return finished(ids.build().toArray(), AnswerLikelihood.of(sampler.likelihoods()), FinishReason.LENGTH);
            }
            context.cancellation().check();
            scores = writer.read(new int[] {id})[0];
        }
    }

    /** Writes by beam search; the whole text comes at once. */
    DecodeLoop.Answer search(float[] logits, BeamSearch search) {
        BeamSearch.Text best = search.run(logits);
        context.observer().onBeams(best.score());
        int[] ids = best.ids();
        context.watch().firstToken();
        boolean ended = ids[ids.length - 1] == end;
        text.append(Arrays.copyOf(ids, ended ? ids.length - 1 : ids.length));
        return finished(
                ids,
                new AnswerLikelihood(best.leastProbability(), best.meanProbability(), best.probability()),
                ended ? FinishReason.STOP : FinishReason.LENGTH);
    }

    private DecodeLoop.Answer finished(int[] ids, AnswerLikelihood likelihood, FinishReason reason) {
        text.finish(AnswerEnding.COMPLETE);
        return new DecodeLoop.Answer(
                text.text(),
                List.of(),
                ids,
                text.isStopped() ? FinishReason.STOP : reason,
                likelihood,
                ThinkingReport.NONE);
    }
}
