package io.github.glimpse.prune.attention;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.prune.Confidence;
import io.github.glimpse.prune.HeadScores;
import io.github.glimpse.prune.Ranking;
import io.github.glimpse.prune.SelectionCase;
import io.github.glimpse.prune.SelectionCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** Golden cases of the strategies that look at the decoder's attention. */
public final class AttentionSelections {

    private AttentionSelections() {}

    /** By method. */
    public static Map<String, SelectionCheck> checks() {
        return Map.of(
                "fastv", AttentionSelections::fastV,
                "pdrop", AttentionSelections::pyramidDrop,
                "sparsevlm", AttentionSelections::sparseVlm);
    }

    private static void fastV(SelectionCase given) {
        given.knowsOutputs("kept", "scores", "kept_rows");
        int prefix = given.count("prefix_tokens");
        int images = given.count("image_tokens");
        int heads = given.axis("attention_last_row", 0);
        int keys = given.axis("attention_last_row", 1);
        float[] attention = columns(given.floats("attention_last_row"), heads, keys, prefix, images);
        float[] scores = HeadScores.mean(attention, heads);
        given.checkTensor("scores", scores);

        int[] kept = Ranking.rising(Ranking.best(scores, given.count("count"), "fastv"));
        given.check("kept", kept);
        given.check(
                "kept_rows",
                IntStream.range(0, keys)
                        .filter(row ->
                                row < prefix || row >= prefix + images || Arrays.binarySearch(kept, row - prefix) >= 0)
                        .toArray());
    }

    /** The columns of the image in a matrix of attention, {@code [rows, keys]}. */
    private static float[] columns(float[] attention, int rows, int keys, int first, int count) {
        float[] columns = new float[rows * count];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(attention, row * keys + first, columns, row * count, count);
        }
        return columns;
    }

    private static void pyramidDrop(SelectionCase given) {
        int[] alive = IntStream.range(0, given.count("image_tokens")).toArray();
        for (int stage = 0; stage < given.expected().path("stages").size(); stage++) {
            float[] peek = peek(given, stage, alive.length);
            float[] scores = HeadScores.mean(peek, given.count("heads"));
            given.checkTensor("scores_stage" + stage, scores);

            var expected = given.expected().path("stages").path(stage);
            int[] kept =
                    Ranking.rising(Ranking.best(scores, expected.path("count").asInt(), "pyramid-drop"));
            assertThat(kept).containsExactly(SelectionCase.indices(expected.path("kept_of_stage")));
            int[] before = alive;
            alive = Arrays.stream(kept).map(place -> before[place]).toArray();
            assertThat(alive).containsExactly(SelectionCase.indices(expected.path("kept")));
        }
    }

    /** Attention of the last row in a layer of its own: norm, q and k, rotation, softmax. {@code [heads, images]} */
    private static float[] peek(SelectionCase given, int stage, int images) {
        int heads = given.count("heads");
        int dim = given.count("head_dim");
        double theta = given.real("rope_theta");
        int width = given.axis("hidden_stage" + stage, 1);
        int rows = given.axis("hidden_stage" + stage, 0);
        float[] hidden = given.floats("hidden_stage" + stage);
        float[] norm = given.floats("stage" + stage + ".norm");
        double[][] normed = new double[rows][width];
        for (int row = 0; row < rows; row++) {
            double squares = 0;
            for (int i = 0; i < width; i++) {
                squares += (double) hidden[row * width + i] * hidden[row * width + i];
            }
            for (int i = 0; i < width; i++) {
                normed[row][i] = hidden[row * width + i] / Math.sqrt(squares / width + given.real("rms_eps")) * norm[i];
            }
        }
        double[] query = rotated(normed[rows - 1], given.floats("stage" + stage + ".q"), rows - 1, dim, theta);
        float[] peek = new float[heads * images];
        double[][] scores = new double[heads][rows];
        for (int row = 0; row < rows; row++) {
            double[] key = rotated(normed[row], given.floats("stage" + stage + ".k"), row, dim, theta);
            for (int i = 0; i < heads * dim; i++) {
                scores[i / dim][row] += query[i] * key[i] / Math.sqrt(dim);
            }
        }
        for (int head = 0; head < heads; head++) {
            double sum = Arrays.stream(scores[head]).map(Math::exp).sum();
            for (int i = 0; i < images; i++) {
                peek[head * images + i] = (float) (Math.exp(scores[head][given.count("prefix_tokens") + i]) / sum);
            }
        }
        return peek;
    }

    private static double[] rotated(double[] row, float[] weight, int position, int dim, double theta) {
        int out = weight.length / row.length;
        double[] projected = new double[out];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < row.length; i++) {
                projected[o] += row[i] * weight[o * row.length + i];
            }
        }
        double[] rotated = new double[out];
        for (int o = 0; o < out; o++) {
            int half = dim / 2;
            int inHead = o % dim;
            double angle = position * Math.pow(theta, -2.0 * (inHead % half) / dim);
            double other = inHead < half ? -projected[o + half] : projected[o - half];
            rotated[o] = projected[o] * Math.cos(angle) + other * Math.sin(angle);
        }
        return rotated;
    }

    private static void sparseVlm(SelectionCase given) {
        given.knowsOutputs("raters", "rater_weight", "kept", "scores", "heads", "recycled", "clusters", "merged");
        int images = given.count("image_tokens");
        float[] weights = textWeights(given);
        given.checkTensor("rater_weight", weights);
        int[] raters = TextRaters.above(weights);
        given.check("raters", raters);

        float[] attention = ofRaters(given, raters);
        int heads = given.axis("attention_text_rows", 0);
        boolean some = given.expected().hasNonNull("heads");
        int[] looking = some
                ? TextRaters.textHeads(attention, heads, heads / 2, "sparse-vlm")
                : IntStream.range(0, heads).toArray();
        if (some) {
            given.check("heads", looking);
        }
        float[] scores = HeadScores.mean(attention, heads, looking);
        given.checkTensor("scores", scores);
        int[] kept = Ranking.rising(
                Ranking.best(scores, Math.max(1, Math.min(given.count("count"), images - 1)), "sparse-vlm"));
        given.check("kept", kept);
        if (given.expected().has("recycled")) {
            recycling(given, scores, kept);
        }
    }

    private static float[] textWeights(SelectionCase given) {
        try (Graph graph = TextRaters.graph(given.runtime());
                TensorScope scope = given.runtime().openScope()) {
            NDArray images = scope.floats(
                    given.floats("image_embeddings"),
                    given.axis("image_embeddings", 0),
                    given.axis("image_embeddings", 1));
            NDArray texts = scope.floats(
                    given.floats("text_embeddings"),
                    given.axis("text_embeddings", 0),
                    given.axis("text_embeddings", 1));
            return TextRaters.weights(graph, images, texts, scope);
        }
    }

    /** Mean over the raters of the image columns, {@code [heads, images]}. */
    private static float[] ofRaters(SelectionCase given, int[] raters) {
        float[] attention = given.floats("attention_text_rows");
        int heads = given.axis("attention_text_rows", 0);
        int texts = given.axis("attention_text_rows", 1);
        int keys = given.axis("attention_text_rows", 2);
        int images = given.count("image_tokens");
        float[] mean = new float[heads * images];
        for (int i = 0; i < mean.length; i++) {
            double sum = 0;
            for (int rater : raters) {
                sum += attention[(i / images * texts + rater) * keys + given.count("prefix_tokens") + i % images];
            }
            mean[i] = (float) (sum / raters.length);
        }
        return mean;
    }

    private static void recycling(SelectionCase given, float[] scores, int[] kept) {
        float[] hidden = given.floats("hidden");
        int width = given.axis("hidden", 1);
        TokenRecycling recycling = TokenRecycling.of(scores, kept, hidden, "sparse-vlm");
        given.check("recycled", recycling.recycled());
        assertThat(recycling.centres())
                .hasSize(given.expected().path("clusters").asInt());
        List<float[]> merged = new ArrayList<>();
        for (int[] members : recycling.members()) {
            merged.add(SelectionCase.mixed(hidden, width, members[0], 0, members, 1.0 / members.length));
        }
        given.checkTensor("merged", SelectionCase.joined(merged));
    }

    /** The cases of attention mass. */
    public static void mass(SelectionCase given) {
        given.knowsOutputs("count", "count_before_clamp", "kept", "mass", "concentration");
        float[] scores = given.floats("scores");
        AttentionMass mass =
                AttentionMass.holding(given.real("tau"), scores, given.count("lower"), given.count("upper"), "auto");
        given.check("count", mass.count());
        given.check("count_before_clamp", mass.reached());
        int[] kept = Ranking.rising(Ranking.best(scores, mass.count(), "auto"));
        given.check("kept", kept);

        Confidence confidence = Confidence.ofShares(scores, kept);
        given.check("mass", Objects.requireNonNull(confidence.mass()));
        given.check("concentration", Objects.requireNonNull(confidence.concentration()));
    }
}
