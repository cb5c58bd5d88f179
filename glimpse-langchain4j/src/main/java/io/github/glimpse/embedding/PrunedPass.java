package io.github.glimpse.embedding;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.clip.DualEncoder;
import io.github.glimpse.model.clip.TowerPass;
import io.github.glimpse.nn.CancellationPoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Some pictures on their way through the tower with a schedule of cuts, and what was decided on it. One decision per picture; all
 * keep as many patches.
 *
 * @see <a href="https://arxiv.org/abs/2202.07800">EViT</a>
 */
final class PrunedPass implements AutoCloseable {

    private static final float LEAST_SPREAD = 1e-6f;

    private final DualEncoder model;
    private final PatchSchedule schedule;
    private final TowerPass pass;
    private final TensorScope scope;
    private final List<PatchPlan> plans;
    private final List<List<PatchReport.Cut>> decisions = new ArrayList<>();
    private int nextStep;

    PrunedPass(
            DualEncoder model,
            PatchSchedule schedule,
            List<PixelPatches> images,
            CancellationPoint cancellation,
            TensorScope scope) {
        this.model = model;
        this.schedule = schedule;
        this.scope = scope;
        this.pass = model.tower().pass(images, cancellation, scope);
        this.plans = images.stream().map(PixelPatches::plan).toList();
        images.forEach(image -> decisions.add(new ArrayList<>()));
    }

    private PrunedPass(PrunedPass trunk) {
        this.model = trunk.model;
        this.schedule = trunk.schedule;
        this.scope = trunk.scope;
        this.pass = trunk.pass.branch(trunk.scope);
        this.plans = trunk.plans;
        this.nextStep = trunk.nextStep;
        trunk.decisions.forEach(cuts -> decisions.add(new ArrayList<>(cuts)));
    }

    /** Another way from here, for another text; the caller closes it before this one. */
    PrunedPass branch() {
        return new PrunedPass(this);
    }

    /** Makes the cuts up to the first that looks at texts, and stops before its block. */
    void runToText() {
        int first = schedule.firstWithText();
        cutUpTo(first, null);
        if (first < schedule.steps().size()) {
            pass.runTo(schedule.steps().get(first).block());
        }
    }

    /**
     * Makes all cuts and runs the tower to its end.
     *
     * @param texts {@code [texts, dimension]}, or null if no cut looks at texts
     */
    void runToEnd(@Nullable NDArray texts) {
        cutUpTo(schedule.steps().size(), texts);
        pass.runTo(model.tower().config().depth());
    }

    private void cutUpTo(int count, @Nullable NDArray texts) {
        int patches = model.tower().config().patches();
        while (nextStep < count) {
            PatchSchedule.Step step = schedule.steps().get(nextStep++);
            pass.runTo(step.block());
            int kept = schedule.kept(step, patches, pass.patches());
            if (kept < pass.patches()) {
                cut(step, kept, texts);
            }
        }
    }

    private void cut(PatchSchedule.Step step, int count, @Nullable NDArray texts) {
        PatchEvidence evidence = step.cut().evidence();
        float[][] scores =
                switch (evidence) {
                    case CLS -> pass.classAttention();
                    case RECEIVED -> pass.receivedAttention();
                    case TEXT -> {
                        pass.runTo(step.block() + 1);
                        yield textScores(texts);
                    }
                    case MIXED -> mixed(step, texts);
                };
        int[][] kept = new int[scores.length][];
        Arrays.setAll(kept, i -> PatchSchedule.best(scores[i], count, evidence));
        note(step, scores, kept);
        if (evidence.needsText()) {
            pass.keep(kept);
        } else {
            if (step.cut().form() == PatchCut.Form.EVIT_FUSED) {
                pass.attendFusing(kept, scores);
            } else {
                pass.attendKeeping(kept);
            }
            pass.feedForward();
        }
    }

    private float[][] mixed(PatchSchedule.Step step, @Nullable NDArray texts) {
        float[][] attention = pass.classAttention();
        int[][] all = new int[attention.length][];
        Arrays.setAll(all, i -> IntStream.range(0, pass.patches()).toArray());
        pass.attendKeeping(all);
        pass.feedForward();
        float[][] likeness = textScores(texts);
        float[][] mixed = new float[attention.length][pass.patches()];
        float share = (float) step.cut().textShare();
        for (int i = 0; i < mixed.length; i++) {
            float[] text = spread(likeness[i]);
            float[] seen = spread(attention[i]);
            for (int k = 0; k < text.length; k++) {
                mixed[i][k] = share * text[k] + (1 - share) * seen[k];
            }
        }
        return mixed;
    }

    private float[][] textScores(@Nullable NDArray texts) {
        if (texts == null) {
            throw new IllegalStateException("No text is known here");
        }
        return model.textScores(pass, texts, scope);
    }

    /** From 0 to nearly 1. */
    private static float[] spread(float[] scores) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            least = Math.min(least, score);
            most = Math.max(most, score);
        }
        float[] spread = new float[scores.length];
        for (int i = 0; i < scores.length; i++) {
            spread[i] = (scores[i] - least) / (most - least + LEAST_SPREAD);
        }
        return spread;
    }

    private void note(PatchSchedule.Step step, float[][] scores, int[][] kept) {
        for (int i = 0; i < kept.length; i++) {
            int[] alive = pass.alive(i);
            int[] stayed = Arrays.stream(kept[i]).map(place -> alive[place]).toArray();
            decisions
                    .get(i)
                    .add(new PatchReport.Cut(step.block() + 1, step.cut().evidence(), alive, scores[i], stayed));
        }
    }

    /** The tower's rows as they are now. */
    TowerPass pass() {
        return pass;
    }

    /** What became of each picture. */
    List<PatchReport.Image> report() {
        return IntStream.range(0, plans.size())
                .mapToObj(i -> new PatchReport.Image(plans.get(i), pass.alive(i), decisions.get(i)))
                .toList();
    }

    @Override
    public void close() {
        pass.close();
    }
}
