package io.github.glimpse.embedding;

/**
 * How well pictures and texts go together.
 *
 * @param logits {@code [pictures][texts]}: the model's scale times the cosine, plus its bias
 * @param probabilities {@code [pictures][texts]}: CLIP's softmax over the texts, each row sums to 1; or SigLIP's sigmoid, each
 *     pair by itself
 * @param report what pruning kept of each picture; with texts that each choose of each pair, the texts of a picture one
 *     after the other
 */
public record MatchScores(float[][] logits, float[][] probabilities, PatchReport report) {

    static MatchScores of(float[][] logits, boolean pairs, PatchReport report) {
        float[][] probabilities = new float[logits.length][];
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = pairs ? sigmoid(logits[i]) : softmax(logits[i]);
        }
        return new MatchScores(logits, probabilities, report);
    }

    private static float[] sigmoid(float[] logits) {
        float[] result = new float[logits.length];
        for (int i = 0; i < logits.length; i++) {
            result[i] = (float) (1 / (1 + Math.exp(-logits[i])));
        }
        return result;
    }

    private static float[] softmax(float[] logits) {
        double most = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            most = Math.max(most, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - most);
        }
        float[] result = new float[logits.length];
        for (int i = 0; i < logits.length; i++) {
            result[i] = (float) (Math.exp(logits[i] - most) / sum);
        }
        return result;
    }

    @Override
    public String toString() {
        return "MatchScores[pictures=" + logits.length + ", texts=" + (logits.length == 0 ? 0 : logits[0].length) + ", "
                + report + "]";
    }
}
