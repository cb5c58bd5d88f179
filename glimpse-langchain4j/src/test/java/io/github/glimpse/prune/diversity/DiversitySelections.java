package io.github.glimpse.prune.diversity;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.prune.Ranking;
import io.github.glimpse.prune.SelectionCase;
import io.github.glimpse.prune.SelectionCheck;
import io.github.glimpse.prune.diversity.PixelPrediction.Distance;
import io.github.glimpse.prune.diversity.PixelPrediction.Scan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Golden cases of the strategies that drop what is already there. */
public final class DiversitySelections {

    private DiversitySelections() {}

    /** By method. */
    public static Map<String, SelectionCheck> checks() {
        return Map.of(
                "divprune", DiversitySelections::divPrune,
                "cdpruner", DiversitySelections::conditional,
                "tome", DiversitySelections::merging,
                "pixelprune", DiversitySelections::pixels);
    }

    private static void withGraph(SelectionCase given, BiConsumer<Graph, TensorScope> check) {
        try (Graph graph = CosineRows.graph(given.runtime());
                TensorScope scope = given.runtime().openScope()) {
            check.accept(graph, scope);
        }
    }

    private static NDArray tensor(SelectionCase given, String name, TensorScope scope) {
        return scope.floats(given.floats(name), given.axis(name, 0), given.axis(name, 1));
    }

    private static void divPrune(SelectionCase given) {
        given.knowsOutputs("order", "kept");
        withGraph(given, (graph, scope) -> {
            for (int whole : new int[] {CosineRows.WHOLE, 0}) {
                CosineRows rows = CosineRows.of(graph, tensor(given, "features", scope), scope, whole);
                FarthestFirst choice = FarthestFirst.pick(rows.nearest(), rows::row, given.count("count"), "div-prune");
                given.check("order", choice.order());
                given.check("kept", Ranking.rising(choice.order()));
            }
        });
    }

    /** The cases of the stop distance. */
    public static void stopDistance(SelectionCase given) {
        given.knowsOutputs("count", "kept", "order", "reason", "largest_distance_left");
        withGraph(given, (graph, scope) -> {
            CosineRows rows = CosineRows.of(graph, tensor(given, "features", scope), scope);
            FarthestFirst choice = FarthestFirst.pick(
                    rows.nearest(),
                    rows::row,
                    given.count("lower"),
                    given.count("upper"),
                    given.real("delta"),
                    "div-prune");
            given.check("count", choice.order().length);
            given.check("order", choice.order());
            given.check("kept", Ranking.rising(choice.order()));
            given.check("largest_distance_left", choice.distanceLeft());
            assertThat(choice.reason().label())
                    .isEqualTo(given.expected().path("reason").asText());
        });
    }

    private static void conditional(SelectionCase given) {
        given.knowsOutputs("order", "kept", "relevance");
        withGraph(given, (graph, scope) -> {
            CosineRows rows = CosineRows.of(graph, tensor(given, "features", scope), scope);
            float[] relevance = relevance(given, graph, rows, scope);
            DeterminantalChoice choice =
                    DeterminantalChoice.pick(relevance, rows::row, given.count("count"), "conditional-diversity");
            given.check("order", choice.order());
            given.check("kept", Ranking.rising(choice.order()));
            if (given.json().has("picked_by_gain")) {
                assertThat(choice.byGain())
                        .isEqualTo(given.json().path("picked_by_gain").asInt());
            }
            if (given.json().has("log_determinant")) {
                assertThat(choice.logDeterminant())
                        .isCloseTo(
                                given.json().path("log_determinant").asDouble(),
                                org.assertj.core.api.Assertions.within(1e-3));
            }
        });
    }

    private static float[] relevance(SelectionCase given, Graph graph, CosineRows rows, TensorScope scope) {
        if (given.hasTensor("relevance")) {
            return given.floats("relevance");
        }
        float[] relevance;
        if (given.hasTensor("text_rows")) {
            relevance = DeterminantalChoice.spread(rows.relevance(tensor(given, "text_rows", scope)), 0, "cdpruner");
        } else {
            // As published with CLIP's own text tower: the less like the text, the more relevant.
            float[] alike = CosineRows.of(graph, tensor(given, "image_embeddings", scope), scope)
                    .relevance(tensor(given, "text_embeddings", scope));
            for (int i = 0; i < alike.length; i++) {
                alike[i] = -alike[i];
            }
            relevance = DeterminantalChoice.spread(alike, 1e-6f, "cdpruner");
        }
        given.checkTensor("relevance", relevance);
        return relevance;
    }

    private static void merging(SelectionCase given) {
        given.knowsOutputs("merged_sources", "groups", "unmerged_order", "output");
        withGraph(given, (graph, scope) -> {
            BipartiteMerging round = BipartiteMerging.round(
                    graph, tensor(given, "metric", scope), given.count("remove"), scope, "merge-similar");
            given.check("merged_sources", round.sources());
            given.check("unmerged_order", round.unmerged());
            int rows = given.axis("features", 0);
            int width = given.axis("features", 1);
            float[] features = given.floats("features");
            List<int[]> groups = new ArrayList<>();
            List<float[]> output = new ArrayList<>();
            Arrays.stream(round.unmerged()).forEach(row -> output.add(SelectionCase.row(features, row, width)));
            for (int row = 1; row < rows; row += 2) {
                int[] sources = round.takenIn(row);
                int[] group = new int[sources.length + 1];
                group[0] = row;
                System.arraycopy(sources, 0, group, 1, sources.length);
                groups.add(group);
                output.add(SelectionCase.mixed(features, width, row, 0, group, 1.0 / group.length));
            }
            given.check("groups", groups);
            given.checkTensor("output", SelectionCase.joined(output));
        });
    }

    private static void pixels(SelectionCase given) {
        given.knowsOutputs("lossless", "near_0.02", "near_0.03_mae", "raster", "serpentine");
        pixels(given, "lossless", Scan.PRED_2D, Distance.MAX, 0);
        pixels(given, "near_0.02", Scan.PRED_2D, Distance.MAX, 0.02);
        pixels(given, "near_0.03_mae", Scan.PRED_2D, Distance.MAE, 0.03);
        pixels(given, "raster", Scan.RASTER, Distance.MAX, 0);
        pixels(given, "serpentine", Scan.SERPENTINE, Distance.MAX, 0);
    }

    private static void pixels(SelectionCase given, String name, Scan scan, Distance distance, double threshold) {
        int side = given.count("token_pixels");
        int columns = given.grid().columns();
        byte[] image = given.bytes("image");
        int values = side * side * 3;
        float[] blocks = new float[image.length];
        for (int i = 0; i < image.length; i++) {
            int pixel = i / 3;
            int row = pixel / (columns * side);
            int column = pixel % (columns * side);
            int block = row / side * columns + column / side;
            int inside = (row % side * side + column % side) * 3 + i % 3;
            blocks[block * values + inside] = (image[i] & 0xFF) / 255f;
        }
        given.check(
                name,
                PixelPrediction.of(blocks, given.grid().tokenCount(), columns, scan, distance, threshold)
                        .kept());
    }
}
