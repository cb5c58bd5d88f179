package io.github.glimpse.generate;

import io.github.glimpse.text.IncrementalDecoder;
import io.github.glimpse.text.StopSequences;
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
    private final GenerationListener listener;
    private final IncrementalDecoder text;
    private final StopSequences stops;
    private final int end;
    private final StringBuilder answer = new StringBuilder();

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
        this.listener = listener;
        this.text = new IncrementalDecoder(tokenizer);
        this.stops = new StopSequences(stop);
    }

    /** What stands before the words already, as the beginning of a caption, is part of the text. */
    void begin(int[] ids) {
        for (int id : ids) {
            release(text.append(id));
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
                return finished(ids.build().toArray(), sampler.likelihood(), FinishReason.STOP);
            }
            release(stops.append(text.append(id)));
            if (stops.matched()) {
                return new DecodeLoop.Answer(
                        answer.toString(), ids.build().toArray(), FinishReason.STOP, sampler.likelihood());
            }
            if (step + 1 == most) {
                return finished(ids.build().toArray(), sampler.likelihood(), FinishReason.LENGTH);
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
        StringBuilder pieces = new StringBuilder();
        for (int id : Arrays.copyOf(ids, ended ? ids.length - 1 : ids.length)) {
            pieces.append(text.append(id));
        }
        release(stops.append(pieces.toString()));
        return finished(ids, best.likelihood(), ended ? FinishReason.STOP : FinishReason.LENGTH);
    }

    private DecodeLoop.Answer finished(int[] ids, AnswerLikelihood likelihood, FinishReason reason) {
        release(stops.append(text.finish()));
        boolean matched = stops.matched();
        if (!matched) {
            release(stops.finish());
        }
        return new DecodeLoop.Answer(answer.toString(), ids, matched ? FinishReason.STOP : reason, likelihood);
    }

    private void release(String piece) {
        if (!piece.isEmpty()) {
            answer.append(piece);
            listener.onText(piece);
        }
    }
}
