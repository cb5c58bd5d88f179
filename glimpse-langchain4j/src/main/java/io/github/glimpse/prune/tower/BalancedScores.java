package io.github.glimpse.prune.tower;

/**
 * VisionTrim's score of the dominant tokens: half what the class row attends to, half what the other patches attend to, each
 * scaled to length 1 over the picture.
 *
 * @see <a href="https://arxiv.org/abs/2601.22674">VisionTrim, section on the method</a>
 */
final class BalancedScores {

    private BalancedScores() {}

    /**
     * Mixes.
     *
     * @param classRow attention of the class row, mean over heads, {@code [tokens]}
     * @param received attention from the other patches, without a patch's own, mean over heads, {@code [tokens]}
     */
    static float[] of(float[] classRow, float[] received) {
        double classLength = length(classRow);
        double receivedLength = length(received);
        float[] scores = new float[classRow.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) (0.5 * classRow[i] / classLength + 0.5 * received[i] / receivedLength);
        }
        return scores;
    }

    private static double length(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return squares == 0 ? 1 : Math.sqrt(squares);
    }
}
