package io.github.glimpse.prune.attention;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.prune.Ranking;
import java.util.stream.IntStream;

/**
 * Which words of the prompt may judge the picture: those that the picture, on the whole, is more like than the mean word.
 * Where none is above the mean (a single word, or all alike), all of them judge.
 *
 * @see <a href="https://arxiv.org/abs/2410.04417">SparseVLM, section on the method</a>
 */
final class TextRaters {

    private TextRaters() {}

    /** Compiles what {@link #weights} needs. */
    static Graph graph(TorchRuntime runtime) {
        return Graph.named("text raters").with(TextRaters.class, "raters").compile(runtime);
    }

    /**
     * How much the picture, on the whole, is like each text token: softmax over text tokens, mean over image tokens.
     *
     * @param images {@code [images, hidden]}
     * @param texts {@code [texts, hidden]}, at least one
     * @return {@code [texts]}, sums to 1
     */
    static float[] weights(Graph graph, NDArray images, NDArray texts, TensorScope scope) {
        try (TensorScope reading = scope.openChild()) {
            return HostValues.floats(
                    graph.call("text_weights").with(images).with(texts).run(reading));
        }
    }

    /**
     * Chooses the raters.
     *
     * @param weights per text token the share of the image tokens' attention to it, mean over image tokens; sums to 1
     * @return rising indices of text tokens; empty if there is no text
     */
    static int[] above(float[] weights) {
        double sum = 0;
        for (float weight : weights) {
            sum += weight;
        }
        double mean = sum / weights.length;
        int[] above = IntStream.range(0, weights.length)
                .filter(token -> weights[token] > mean)
                .toArray();
        boolean alike = IntStream.range(1, weights.length).allMatch(token -> weights[token] == weights[0]);
        return above.length == 0 || alike ? IntStream.range(0, weights.length).toArray() : above;
    }

    /**
     * The heads that attend to the picture most.
     *
     * @param attention attention of the raters to the image tokens, {@code [heads, tokens]}
     * @param wanted how many of them
     * @return rising indices of heads
     */
    static int[] textHeads(float[] attention, int heads, int wanted, String strategy) {
        int tokens = attention.length / heads;
        float[] sums = new float[heads];
        for (int head = 0; head < heads; head++) {
            double sum = 0;
            for (int token = 0; token < tokens; token++) {
                sum += attention[head * tokens + token];
            }
            sums[head] = (float) sum;
        }
        return Ranking.rising(Ranking.best(sums, wanted, strategy));
    }
}
