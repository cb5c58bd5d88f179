package io.github.glimpse.sampling;

import io.github.glimpse.UnsupportedContentException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Writes several beginnings side by side and takes the best whole: sum of the logarithms of its words' probabilities, divided by
 * its length to some power. Ends when as many ended texts are there as beams, and none that goes on could still be better at
 * its present length; that is what the Hugging Face library does by default.
 *
 * <p>The end id counts in the length of a text, what the writer began with does not.
 */
public final class BeamSearch {

    /** Writes the beginnings. */
    public interface Writer {

        /** One more word of each beginning, in their order; the logits of what follows, {@code [beginnings][vocabulary]}. */
        float[][] read(int[] ids);

        /** Goes on from these of the beginnings, in this order. */
        void continueFrom(int[] origins);
    }

    private final Writer writer;
    private final Runnable check;
    private final int beams;
    private final double lengthPenalty;
    private final int leastTokens;
    private final int mostTokens;
    private final int end;
    private final List<Text> ended = new ArrayList<>();

    /**
     * What was written.
     *
     * @param ids without what the writer began with; the end id last if it ended by itself
     * @param score of the whole
     * @param leastProbability of its least likely word, 0..1
     * @param meanProbability the geometric mean over its words, 0..1
     * @param probability of all of them together, 0..1
     */
    @SuppressWarnings("ArrayRecordComponent") // made and read in one place, never compared
    public record Text(int[] ids, double score, double leastProbability, double meanProbability, double probability) {}

    /**
     * A beginning.
     *
     * @param least logarithm of the probability of its least likely word
     */
    private record Beam(int[] ids, float sum, float least) {

        Beam with(Candidate candidate) {
            int[] longer = Arrays.copyOf(ids, ids.length + 1);
            longer[ids.length] = candidate.id();
            return new Beam(longer, candidate.sum(), Math.min(least, candidate.word()));
        }
    }

    /**
     * A word that could follow.
     *
     * @param word logarithm of its probability
     * @param sum of the beginning with it
     */
    private record Candidate(int beam, int id, float word, float sum) {}

    /**
     * Prepares.
     *
     * @param check asked between words; throws to end it
     * @param beams at least 2
     * @param leastTokens before so many words the end id is forbidden
     * @param mostTokens words at most
     */
    public BeamSearch(
            Writer writer, Runnable check, int beams, double lengthPenalty, int leastTokens, int mostTokens, int end) {
        this.writer = writer;
        this.check = check;
        this.beams = beams;
        this.lengthPenalty = lengthPenalty;
        this.leastTokens = leastTokens;
        this.mostTokens = mostTokens;
        this.end = end;
    }

    /**
     * Runs.
     *
     * @param first logits after what the writer began with
     */
    public Text run(float[] first) {
        float[][] logits = {first};
        List<Beam> living = List.of(new Beam(new int[0], 0, 0));
        for (int length = 0; ; length++) {
            List<Candidate> candidates = candidates(living, logits, length);
            boolean last = length + 1 == mostTokens;
            living = advance(living, candidates, last);
            if (last || isOver(living.get(0))) {
                return ended.get(0);
            }
            check.run();
            logits = writer.read(living.stream()
                    .mapToInt(beam -> beam.ids()[beam.ids().length - 1])
                    .toArray());
        }
    }

    /** Twice as many as beams, best first, so that enough are left if some end. */
    private List<Candidate> candidates(List<Beam> living, float[][] logits, int length) {
        List<Candidate> best = new ArrayList<>();
        Comparator<Candidate> order = Comparator.comparingDouble(candidate -> -candidate.sum());
        for (int beam = 0; beam < living.size(); beam++) {
            float[] scores = logSoftmax(logits[beam], length + 1);
            if (length < leastTokens) {
                scores[end] = Float.NEGATIVE_INFINITY;
            }
            for (int id = 0; id < scores.length; id++) {
                float sum = living.get(beam).sum() + scores[id];
                if (best.size() < 2 * beams || sum > best.get(best.size() - 1).sum()) {
                    insert(best, new Candidate(beam, id, scores[id], sum), order);
                }
            }
        }
        if (best.size() < 2 * beams) {
            throw new UnsupportedContentException("Beam search needs twice as many words as beams (" + beams
                    + "), the model knows " + best.size() + "; use fewer beams");
        }
        return best;
    }

    private void insert(List<Candidate> best, Candidate candidate, Comparator<Candidate> order) {
        int place = best.size();
        while (place > 0 && order.compare(candidate, best.get(place - 1)) < 0) {
            place--;
        }
        best.add(place, candidate);
        if (best.size() > 2 * beams) {
            best.remove(best.size() - 1);
        }
    }

    private List<Beam> advance(List<Beam> living, List<Candidate> candidates, boolean last) {
        List<Beam> next = new ArrayList<>();
        int[] origins = new int[beams];
        for (int rank = 0; rank < candidates.size(); rank++) {
            Candidate candidate = candidates.get(rank);
            Beam longer = living.get(candidate.beam()).with(candidate);
            boolean ends = candidate.id() == end || last;
            // What ends below the first beams is there only so that enough go on.
            if (ends && rank < beams) {
                add(longer);
            }
            if (!ends && next.size() < beams) {
                origins[next.size()] = candidate.beam();
                next.add(longer);
            }
        }
        if (!last) {
            writer.continueFrom(origins);
        }
        return next;
    }

    /** Adds a text to those that ended, of which only as many as beams are kept. */
    private void add(Beam beam) {
        double score = score(beam);
        int place = ended.size();
        while (place > 0 && score > ended.get(place - 1).score()) {
            place--;
        }
        ended.add(
                place,
                new Text(
                        beam.ids(),
                        score,
                        Math.exp(beam.least()),
                        Math.exp((double) beam.sum() / beam.ids().length),
                        Math.exp(beam.sum())));
        if (ended.size() > beams) {
            ended.remove(ended.size() - 1);
        }
    }

    private double score(Beam beam) {
        return beam.sum() / Math.pow(beam.ids().length, lengthPenalty);
    }

    private boolean isOver(Beam best) {
        return ended.size() == beams
                && score(best) <= ended.get(ended.size() - 1).score();
    }

    private static float[] logSoftmax(float[] logits, int word) {
        double logOfSum = TokenLikelihoods.logOfSum(logits, word);
        float[] result = new float[logits.length];
        for (int id = 0; id < result.length; id++) {
            result[id] = (float) (logits[id] - logOfSum);
        }
        return result;
    }
}
