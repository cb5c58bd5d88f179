package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.prefill.LayerEvidence.Moment;
import io.github.glimpse.prune.GuardedSelection;
import io.github.glimpse.prune.PositionForm;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.TokenSelection;
import java.util.List;
import java.util.Objects;

/**
 * Runs a prompt of small pictures as far as the step that chooses among their cells, and cuts nothing: what ran stays, for the
 * prompt that begins in the same way. For one request.
 */
public final class CoarsePrefill {

    private final VisionLanguageModel model;
    private final PruningSchedule schedule;
    private final PassContext context;

    /**
     * A pass over the small pictures.
     *
     * @param schedule one cut, inside the decoder
     */
    CoarsePrefill(VisionLanguageModel model, PruningSchedule schedule, PassContext context) {
        this.model = model;
        this.schedule = schedule;
        this.context = context;
    }

    /**
     * What was found, and how far it came. Closing frees the rows; the caches belong to the request.
     *
     * @param selection among the cells of all small pictures joined
     * @param verdicts what the guard thought of it
     * @param caches of the layers that ran, all rows of the prompt
     * @param hidden those rows after the layers that ran
     */
    record Found(
            TokenSelection selection,
            List<GuardedSelection> verdicts,
            List<KvCache> caches,
            NDArray hidden,
            TensorScope scope)
            implements AutoCloseable {

        @Override
        public void close() {
            scope.close();
        }
    }

    /** What is wanted of the tower for this. */
    EvidencePlan evidence() {
        return EvidencePlan.of(schedule, model.tower().abilities());
    }

    /**
     * Runs.
     *
     * @param pictures what the tower made of the small pictures, with the taps that are wanted
     */
    Found run(Prompt prompt, PromptTexts texts, List<VisionFeatures> pictures) {
        context.watch().beforeCut();
        Cut cut = schedule.cuts().get(0);
        ProbeToken probe = cut.strategy().probeToken();
        PromptRows rows = new PromptRows(prompt.layout(), PositionForm.ORIGINAL);
        PromptPass pass = new PromptPass(model, prompt, rows, texts, evidence(), probe, context);
        List<int[]> all = prompt.grids().stream()
                .map(grid -> TokenSelection.all(grid.tokenCount()).kept())
                .toList();
        pass.takeTower(schedule.needs(), pictures, all);
        TensorScope current = context.scope().openChild();
        List<NDArray> imageRows = pictures.stream().map(VisionFeatures::rows).toList();
        NDArray hidden = pass.embed(imageRows, schedule.needs(), current);
        RotaryEmbedding.Tables tables = pass.tables();
        int layers = layers(cut.at());
        StepDecision decision = new StepDecision(schedule, probe, context.observer());
        TokenSelection selection = null;
        for (int layer = 0; layer < layers; layer++) {
            TensorScope next = context.scope().openChild();
            int held = Math.toIntExact(hidden.getShape().get(0));
            Moment moment = pass.run(layer, hidden, tables, held, next);
            if (layer == layers - 1) {
                context.watch().atPruning();
                selection = choose(cut, prompt, rows, pass, moment, decision);
            }
            current.close();
            current = next;
            hidden = moment.output();
        }
        PromptPass.close(tables);
        return new Found(Objects.requireNonNull(selection), decision.takeVerdicts(), pass.caches(), hidden, current);
    }

    private int layers(PruningPoint at) {
        return at.stage() == PruningPoint.Stage.LAST ? model.dimensions().layers() : at.layers();
    }

    private TokenSelection choose(
            Cut cut, Prompt prompt, PromptRows rows, PromptPass pass, Moment moment, StepDecision decision) {
        try (TensorScope step = context.scope().openChild()) {
            return decision.decide(
                    cut, prompt.grids(), rows.alive().length, rows.alive(), () -> pass.evidence(cut, moment, step));
        }
    }
}
