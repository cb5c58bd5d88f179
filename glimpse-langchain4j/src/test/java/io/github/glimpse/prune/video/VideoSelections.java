package io.github.glimpse.prune.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.SelectionCase;
import io.github.glimpse.prune.SelectionCheck;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Golden cases of the strategies that choose among the slices of a video. */
public final class VideoSelections {

    private static final double SCORES = 1e-5;

    private VideoSelections() {}

    /** By method. */
    public static Map<String, SelectionCheck> checks() {
        return Map.of("evs", VideoSelections::changed, "vidcom2", VideoSelections::different);
    }

    private static void changed(SelectionCase given) {
        given.knowsOutputs("kept", "per_slice", "scores");
        withRows(given, video -> {
            ChangedRows choice = ChangedRows.choose(video, count(given), given.count("floor"));
            given.check("kept", choice.kept());
            given.check("per_slice", perSlice(video, choice.kept()));
            checkScores(given, choice.distances(), video.perSlice());
        });
    }

    private static void different(SelectionCase given) {
        given.knowsOutputs("kept", "per_slice", "slice_counts_first", "scores");
        withRows(given, video -> {
            DifferentSlices choice = DifferentSlices.choose(video, given.real("ratio"), count(given));
            given.check("slice_counts_first", choice.firstCounts());
            given.check("kept", choice.kept());
            given.check("per_slice", perSlice(video, choice.kept()));
            checkScores(given, choice.redundancy(), 0);
            assertThat(given.json().path("kept_before_reconcile").asInt())
                    .isEqualTo(Arrays.stream(choice.firstCounts()).sum());
        });
    }

    /** As {@link io.github.glimpse.prune.Settlement} counts. */
    private static int count(SelectionCase given) {
        return (int) (given.real("ratio") * given.axis("features", 0));
    }

    private static void withRows(SelectionCase given, Consumer<SliceRows> check) {
        try (Graph graph = SliceRows.graph(given.runtime());
                TensorScope scope = given.runtime().openScope()) {
            List<ImageGrid> grids = Collections.nCopies(given.count("slices"), given.grid());
            int rows = given.axis("features", 0);
            PruningEvidence evidence = PruningEvidence.builder(
                            grids, List.of(), IntStream.range(0, rows).toArray(), scope)
                    .value(
                            new EvidenceRequest.ImageRows(),
                            scope.floats(given.floats("features"), rows, given.axis("features", 1)))
                    .build();
            check.accept(SliceRows.of(graph, evidence, given.name()));
        }
    }

    private static int[] perSlice(SliceRows video, int[] kept) {
        int[] counts = new int[video.slices()];
        Arrays.stream(kept).forEach(row -> counts[row / video.perSlice()]++);
        return counts;
    }

    /** The reference has no numbers for the first {@code unscored} rows. */
    private static void checkScores(SelectionCase given, double[] scores, int unscored) {
        float[] expected = given.floats("expected.scores");
        assertThat(scores).hasSameSizeAs(expected);
        for (int row = 0; row < scores.length; row++) {
            if (row < unscored) {
                assertThat(expected[row]).as("score of row " + row).isNaN();
            } else {
                assertThat(scores[row]).as("score of row " + row).isCloseTo(expected[row], within(SCORES));
            }
        }
    }
}
