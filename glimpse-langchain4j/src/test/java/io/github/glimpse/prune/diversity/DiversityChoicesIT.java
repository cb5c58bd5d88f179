package io.github.glimpse.prune.diversity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.TokenSelection.MergedToken;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiversityChoicesIT {

    private static final int WIDTH = 6;

    private TorchRuntime runtime;
    private Graph graph;
    private TensorScope scope;

    @BeforeEach
    void start() {
        runtime = TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
        graph = CosineRows.graph(runtime);
        scope = runtime.openScope();
    }

    @AfterEach
    void stop() {
        scope.close();
        graph.close();
        runtime.close();
    }

    @Test
    void aSingleTokenIsPicked() {
        CosineRows rows = rows(new float[] {1, 2, 3, 4, 5, 6});

        assertThat(FarthestFirst.pick(rows.nearest(), rows::row, 1, "div-prune").order())
                .containsExactly(0);
    }

    @Test
    void aRowOfZerosIsFarFromAllAndNoErrorEither() {
        float[] features = new float[4 * WIDTH];
        for (int token = 0; token < 3; token++) {
            features[token * WIDTH] = 1 + token;
        }
        CosineRows rows = rows(features);

        assertThat(FarthestFirst.pick(rows.nearest(), rows::row, 4, "div-prune").order())
                .containsExactly(3, 0, 1, 2);
    }

    @Test
    void damagedRowsAreRefusedWithTheStrategysName() {
        float[] features = random(3);
        features[7] = Float.NaN;
        CosineRows rows = rows(features);

        assertThatThrownBy(() -> FarthestFirst.pick(rows.nearest(), rows::row, 2, "div-prune"))
                .isInstanceOf(NonFiniteNumbersException.class)
                .hasMessageContaining("'div-prune'");
    }

    @Test
    void aShorterChoiceIsAPrefixOfALongerOne() {
        CosineRows rows = rows(random(40));
        int[] all =
                FarthestFirst.pick(rows.nearest(), rows::row, 40, "div-prune").order();
        for (int count = 1; count < 40; count++) {
            assertThat(FarthestFirst.pick(rows.nearest(), rows::row, count, "div-prune")
                            .order())
                    .isEqualTo(Arrays.copyOf(all, count));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1_500, CosineRows.HELD + 60})
    void rowsThatAreMadeWhenTheyAreReadGiveTheSameCosines(int tokens) {
        float[] features = random(tokens);
        CosineRows whole = rows(features);
        CosineRows read = CosineRows.of(graph, scope.floats(features, tokens, WIDTH), scope, 0);

        assertThat(read.nearest()).containsExactly(whole.nearest(), within(1e-6f));
        for (int row : new int[] {0, 1, 1_023, 1_024, 1_499}) {
            assertThat(read.row(row)).containsExactly(whole.row(row), within(1e-6f));
        }
    }

    @Test
    void aGreedyChoiceWaitsForTheDeviceOnceAndNotForEachTokenThatItKeeps() {
        TensorScope before = runtime.openScope();
        CosineRows rows = CosineRows.of(graph, before.floats(random(600), 600, WIDTH), before);
        // What is asked from here on is not asked of the device: its tensors are gone.
        before.close();

        assertThat(FarthestFirst.pick(rows.nearest(), rows::row, 200, "div-prune")
                        .order())
                .hasSize(200)
                .doesNotHaveDuplicates();
        assertThat(DeterminantalChoice.pick(DeterminantalChoice.alike(600), rows::row, WIDTH, "cdpruner")
                        .byGain())
                .isEqualTo(WIDTH);
    }

    @Test
    void ofCopiesTheOneWithTheLowerIndexIsAlwaysFirst() {
        for (int draw = 0; draw < 20; draw++) {
            int[] kinds = new Random(draw).ints(90, 0, 23).toArray();
            float[] features = copies(kinds, new Random(100 + draw));
            for (int whole : new int[] {CosineRows.WHOLE, 0}) {
                CosineRows rows = CosineRows.of(graph, scope.floats(features, kinds.length, WIDTH), scope, whole);
                float[] relevance = rows.relevance(scope.floats(random(5), 5, WIDTH));

                assertThat(FarthestFirst.pick(rows.nearest(), rows::row, 60, "div-prune")
                                .order())
                        .as("draw %d, farthest first", draw)
                        .satisfies(order -> firstOfTheirKind(order, kinds));
                assertThat(DeterminantalChoice.pick(
                                        DeterminantalChoice.spread(relevance, 0, "test"), rows::row, 60, "cdpruner")
                                .order())
                        .as("draw %d, by determinant", draw)
                        .satisfies(order -> lowerIndexFirst(order, kinds));
            }
        }
    }

    @Test
    void rowsWithACopyMergeFirstAndInTheOrderOfTheirIndices() {
        for (int draw = 0; draw < 20; draw++) {
            int[] kinds = new Random(draw).ints(90, 0, 23).toArray();
            float[] features = copies(kinds, new Random(100 + draw));
            BipartiteMerging round =
                    BipartiteMerging.round(graph, scope.floats(features, kinds.length, WIDTH), 45, scope, "test");

            int[] withCopy = IntStream.range(0, 45)
                    .map(i -> 2 * i)
                    .filter(even -> IntStream.range(0, 45).anyMatch(i -> kinds[2 * i + 1] == kinds[even]))
                    .toArray();
            assertThat(Arrays.copyOf(round.sources(), withCopy.length))
                    .as("draw %d", draw)
                    .isEqualTo(withCopy);
        }
    }

    private static float[] copies(int[] kinds, Random random) {
        float[] originals = new float[23 * WIDTH];
        for (int i = 0; i < originals.length; i++) {
            originals[i] = (float) random.nextGaussian();
        }
        float[] features = new float[kinds.length * WIDTH];
        for (int token = 0; token < kinds.length; token++) {
            System.arraycopy(originals, kinds[token] * WIDTH, features, token * WIDTH, WIDTH);
        }
        return features;
    }

    /** While there are kinds that were not picked, their first ones are; then the copies, in the order of their indices. */
    private static void firstOfTheirKind(int[] order, int[] kinds) {
        lowerIndexFirst(order, kinds);
        int different = Math.toIntExact(Arrays.stream(kinds).distinct().count());
        assertThat(Arrays.stream(order).limit(different).mapToObj(token -> kinds[token]))
                .doesNotHaveDuplicates();
        assertThat(Arrays.stream(order).skip(different).boxed()).isSorted();
    }

    private static void lowerIndexFirst(int[] order, int[] kinds) {
        for (int kind : Arrays.stream(kinds).distinct().toArray()) {
            assertThat(Arrays.stream(order)
                            .filter(token -> kinds[token] == kind)
                            .boxed())
                    .as("copies of row %d", kind)
                    .isSorted();
        }
    }

    @Test
    void relevanceIsSpreadInEachPictureForItself() {
        List<ImageGrid> images = List.of(new ImageGrid(2, 2, 14, 1), new ImageGrid(1, 3, 14, 1));
        float[] relevance = {0.1f, 0.3f, 0.2f, 5, 5};

        assertThat(DeterminantalChoice.spreadPerImage(relevance, images, new int[] {0, 2, 3, 4, 6}, "test"))
                .containsExactly(new float[] {0, 1, 0.5f, 1, 1}, within(1e-6f));
    }

    @Test
    void nothingToBeGainedIsFilledByRelevance() {
        // Two directions only, so the third pick has no gain.
        float[] features = new float[5 * WIDTH];
        for (int token = 0; token < 5; token++) {
            features[token * WIDTH + token % 2] = 1;
        }
        CosineRows rows = rows(features);
        float[] relevance = {0.9f, 0.8f, 0.1f, 0.7f, 0.3f};
        DeterminantalChoice choice = DeterminantalChoice.pick(relevance, rows::row, 4, "conditional-diversity");

        assertThat(choice.byGain()).isEqualTo(2);
        assertThat(choice.order()).containsExactly(0, 1, 3, 4);
    }

    @Test
    void aGainBelowTheBoundIsNoGain() {
        CosineRows rows = rows(new float[] {1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0});
        // 0.003 squared is below 1e-5, 0.0032 squared above.
        assertThat(DeterminantalChoice.pick(new float[] {1, 0.003f}, rows::row, 2, "test")
                        .byGain())
                .isEqualTo(1);
        assertThat(DeterminantalChoice.pick(new float[] {1, 0.0032f}, rows::row, 2, "test")
                        .byGain())
                .isEqualTo(2);
    }

    @Test
    void mergesDownToTheCountAndLosesNoToken() {
        for (int tokens : new int[] {1, 2, 7, 24}) {
            for (int count = 1; count <= tokens; count++) {
                MergedRows merged = MergedRows.downTo(
                        graph, scope.floats(random(tokens), tokens, WIDTH), count, scope, "merge-similar");
                assertThat(merged.places()).hasSize(count).isSorted();
                BitSet seen = new BitSet();
                for (int place : merged.places()) {
                    seen.set(place);
                }
                for (MergedToken token : merged.mixtures()) {
                    assertThat(merged.places()).contains(token.representative());
                    for (int source : token.sources()) {
                        assertThat(seen.get(source)).isFalse();
                        seen.set(source);
                    }
                    assertThat(token.weight() * (token.sources().length + 1)).isCloseTo(1f, within(1e-6f));
                }
                assertThat(seen.cardinality()).isEqualTo(tokens);
            }
        }
    }

    @Test
    void twinsMergeIntoTheOneAtTheOddPlace() {
        float[] features = random(6);
        System.arraycopy(features, WIDTH, features, 4 * WIDTH, WIDTH);
        MergedRows merged = MergedRows.downTo(graph, scope.floats(features, 6, WIDTH), 5, scope, "merge-similar");

        assertThat(merged.places()).containsExactly(0, 1, 2, 3, 5);
        assertThat(merged.mixtures()).singleElement().satisfies(token -> {
            assertThat(token.representative()).isEqualTo(1);
            assertThat(token.sources()).containsExactly(4);
        });
    }

    private CosineRows rows(float[] features) {
        return CosineRows.of(graph, scope.floats(features, features.length / WIDTH, WIDTH), scope);
    }

    private static float[] random(int tokens) {
        Random random = new Random(tokens);
        float[] features = new float[tokens * WIDTH];
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) random.nextGaussian();
        }
        return features;
    }
}
