package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.train.Losses;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The heads before the cut look at all cells of the evidence, not at one of them. */
class RegionLossIT {

    private static final float HIDDEN = -1e9f;
    private static final int CELLS = 4;

    private static TorchRuntime runtime;
    private static Graph graph;

    @BeforeAll
    static void compile() {
        runtime = TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
        graph = Losses.addTo(Graph.named("probe"))
                .with(VisionStage.class, "vision")
                .with(VisionStage.class, "reading")
                .with(RegionLossIT.class, "probe")
                .compile(runtime);
    }

    @AfterAll
    static void close() {
        graph.close();
        runtime.close();
    }

    @Test
    void asksNothingMoreWhenAllEvidenceIsLookedAtAlike() {
        float[] loss = lossOfScores(5, 5, 0, 0);

        assertThat(loss[0]).isCloseTo((float) Math.log(1 + Math.exp(-5)), within(1e-5f));
        assertThat(loss[1]).isCloseTo(0, within(1e-5f));
    }

    @Test
    void tellsThatOneCellOfTheEvidenceTakesAllAttention() {
        float[] loss = lossOfScores(9, 0, 0, 0);

        // All but nothing is missed.
        assertThat(loss[0]).isLessThan(4e-4f);
        assertThat(loss[1]).isCloseTo((float) (Math.log(1 + Math.exp(9)) - 4.5 - Math.log(2)), within(1e-4f));
    }

    @Test
    void doesNotMindWhatLiesBesideTheEvidence() {
        assertThat(lossOfScores(3, 3, 2, -7)[1]).isCloseTo(0, within(1e-5f));
    }

    /** The evidence is the first two cells; the row that looks has queries of one. */
    private static float[] lossOfScores(float... scores) {
        float[] all = new float[3 * (CELLS + 1)];
        for (int cell = 0; cell < CELLS; cell++) {
            all[3 * cell + 2] = scores[cell];
        }
        all[3 * CELLS] = 1;
        all[3 * CELLS + 1] = 1;
        try (TensorScope scope = runtime.openScope()) {
            return graph.constant("looked")
                    .with(scope.floats(all, 1, CELLS + 1, 3, 1))
                    .with(scope.indices(new int[] {CELLS}))
                    .with(scope.floats(new float[CELLS], 1, 1, CELLS))
                    .with(scope.floats(new float[] {0, 0, HIDDEN, HIDDEN}, 1, 1, CELLS))
                    .with(scope.floats(new float[] {1}, 1, 1))
                    .run(scope)
                    .toFloatArray();
        }
    }
}
