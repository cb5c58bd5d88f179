package io.github.glimpse.prune.tower;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.prune.HeadScores;
import io.github.glimpse.prune.Ranking;
import io.github.glimpse.prune.SelectionCase;
import io.github.glimpse.prune.SelectionCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Golden cases of the strategies that look at the tower's attention. */
public final class TowerSelections {

    private TowerSelections() {}

    /** By method. */
    public static Map<String, SelectionCheck> checks() {
        return Map.of(
                "fastervlm", TowerSelections::clsAttention,
                "visionzip", TowerSelections::visionZip,
                "visiontrim", TowerSelections::visionTrim,
                "vscan", TowerSelections::vscan,
                "hiprune", TowerSelections::hiPrune,
                "prumerge", TowerSelections::pruMerge);
    }

    private static void clsAttention(SelectionCase given) {
        given.knowsOutputs("kept", "scores");
        float[] scores = HeadScores.mean(given.floats("cls_attention"), given.axis("cls_attention", 0));
        given.checkTensor("scores", scores);
        given.check("kept", Ranking.rising(Ranking.best(scores, given.count("count"), "cls-attention")));
    }

    private static void visionZip(SelectionCase given) {
        given.knowsOutputs("dominant", "contextual_representatives", "contextual_members", "scores", "kept", "output");
        boolean cls = given.hasTensor("cls_attention");
        float[] scores = cls ? clsScores(given) : given.floats("received_attention");
        int tokens = scores.length;
        int dominant = cls ? given.count("dominant") : (int) (given.real("dominant_ratio") * tokens);
        int contextual = cls ? given.count("contextual") : Math.max(1, (int) (given.real("contextual_ratio") * tokens));
        DominantAndContextual choice = DominantAndContextual.choose(
                scores, withoutCls(given, "metric", cls), dominant, contextual, "vision-zip");

        given.check("dominant", choice.dominant());
        given.check("contextual_representatives", choice.targets());
        given.check("contextual_members", choice.members());
        if (cls) {
            given.checkTensor("scores", scores);
        } else {
            given.check("kept", choice.kept());
        }
        given.checkTensor("output", output(given, choice, cls));
    }

    private static float[] clsScores(SelectionCase given) {
        int heads = given.axis("cls_attention", 0);
        int rows = given.axis("cls_attention", 1);
        float[] all = given.floats("cls_attention");
        float[] patches = new float[heads * (rows - 1)];
        for (int head = 0; head < heads; head++) {
            System.arraycopy(all, head * rows + 1, patches, head * (rows - 1), rows - 1);
        }
        return HeadScores.sum(patches, heads);
    }

    private static float[] withoutCls(SelectionCase given, String tensor, boolean cls) {
        float[] rows = given.floats(tensor);
        return cls ? Arrays.copyOfRange(rows, given.axis(tensor, 1), rows.length) : rows;
    }

    /** With CLS: CLS, dominant, contextual; else all in the order of their places. */
    private static float[] output(SelectionCase given, DominantAndContextual choice, boolean cls) {
        String tensor = cls ? "hidden" : "embeddings";
        int width = given.axis(tensor, 1);
        int before = cls ? 1 : given.count("prefix_tokens");
        float[] all = given.floats(tensor);
        float[] rows = Arrays.copyOfRange(all, before * width, all.length);
        List<float[]> output = new ArrayList<>();
        if (cls) {
            output.add(SelectionCase.row(all, 0, width));
            Arrays.stream(choice.dominant()).forEach(token -> output.add(SelectionCase.row(rows, token, width)));
            Arrays.stream(choice.targets()).forEach(token -> output.add(target(choice, token, rows, width)));
        } else {
            Arrays.stream(choice.kept()).forEach(token -> output.add(target(choice, token, rows, width)));
        }
        return SelectionCase.joined(output);
    }

    private static float[] target(DominantAndContextual choice, int token, float[] rows, int width) {
        int target = Arrays.binarySearch(choice.targets(), token);
        int[] members = target < 0 ? new int[0] : choice.members().get(target);
        return SelectionCase.mixed(rows, width, token, 1, members, 1.0 / Math.max(1, members.length));
    }

    private static void visionTrim(SelectionCase given) {
        given.knowsOutputs("kept", "scores");
        int rows = given.axis("attention_head_mean", 0);
        int tokens = rows - 1;
        float[] attention = given.floats("attention_head_mean");
        float[] cls = Arrays.copyOfRange(attention, 1, rows);
        float[] received = new float[tokens];
        for (int key = 0; key < tokens; key++) {
            double sum = 0;
            for (int query = 0; query < tokens; query++) {
                sum += query == key ? 0 : attention[(query + 1) * rows + key + 1];
            }
            received[key] = (float) (sum / (tokens - 1));
        }
        float[] scores = BalancedScores.of(cls, received);
        given.checkTensor("scores", scores);
        given.check("kept", Ranking.rising(Ranking.best(scores, given.count("count"), "vision-trim")));
    }

    private static void vscan(SelectionCase given) {
        given.knowsOutputs("local_kept", "kept", "members", "merged");
        LocalThenGlobal choice = LocalThenGlobal.choose(
                given.floats("local"),
                given.floats("global"),
                given.grid(),
                given.tokens(),
                given.count("count"),
                "vscan");
        given.check("local_kept", choice.local());
        given.check("kept", choice.kept());

        float[] features = given.floats("features");
        int width = given.axis("features", 1);
        try (Graph graph = NearestKept.graph(given.runtime());
                TensorScope scope = given.runtime().openScope()) {
            List<int[]> members = NearestKept.members(
                    graph, scope.floats(features, given.axis("features", 0), width), choice.kept(), scope, "vscan");
            given.check("members", members);
            List<float[]> merged = new ArrayList<>();
            for (int i = 0; i < members.size(); i++) {
                double share = 1.0 / (1 + members.get(i).length);
                merged.add(SelectionCase.mixed(features, width, choice.kept()[i], share, members.get(i), share));
            }
            given.checkTensor("merged", SelectionCase.joined(merged));
        }
    }

    private static void hiPrune(SelectionCase given) {
        given.knowsOutputs("anchors", "anchors_and_buffers", "kept", "kept_excluding");
        AnchorsAndNeighbours choice = AnchorsAndNeighbours.choose(
                given.floats("shallow"),
                given.floats("deep"),
                given.grid(),
                given.tokens(),
                given.count("count"),
                given.real("alpha"),
                "hi-prune");
        given.check("anchors", choice.anchors());
        given.check("anchors_and_buffers", choice.withNeighbours());
        given.check("kept_excluding", choice.kept());
    }

    private static void pruMerge(SelectionCase given) {
        given.knowsOutputs("ratio", "count", "outliers", "kept");
        float[] scores = given.floats("cls_attention");
        Outliers outliers = Outliers.of(scores, "pru-merge");
        given.check("outliers", outliers.count());
        given.check("count", outliers.count());
        given.check("ratio", (double) outliers.count() / scores.length);
        assertThat(outliers.fence())
                .isCloseTo(given.json().path("upper_bound").asDouble(), org.assertj.core.api.Assertions.within(1e-8));
        given.check("kept", Ranking.rising(Ranking.best(scores, outliers.count(), "pru-merge")));
    }
}
