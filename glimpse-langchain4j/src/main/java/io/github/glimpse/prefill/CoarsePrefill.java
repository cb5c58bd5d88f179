package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.LayerState;
import io.github.glimpse.prefill.LayerEvidence.Moment;
import io.github.glimpse.prune.GuardedSelection;
import io.github.glimpse.prune.PositionForm;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.TokenSelection;
import java.util.List;

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
     * @param pass all rows of the prompt where they are, and the caches of the layers that ran
     */
    record Found(TokenSelection selection, List<GuardedSelection> verdicts, PromptPass pass) implements AutoCloseable {

        List<LayerState> caches() {
            return pass.caches();
        }

        NDArray hidden() {
            return pass.hidden();
        }

        @Override
        public void close() {
            pass.end();
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
        PromptPass pass = new PromptPass(
                model, prompt, rows, texts, evidence(), probe, PromptReuse.none("the pass is not the last"), context);
        List<int[]> all = prompt.grids().stream()
                .map(grid -> TokenSelection.all(grid.tokenCount()).kept())
                .toList();
        pass.takeTower(schedule.needs(), pictures, all);
        pass.adding(new LayerAdditions(model.decoder(), pictures, context.scope()));
        pass.enter(pictures.stream().map(VisionFeatures::rows).toList(), schedule.needs());
        int held = Math.toIntExact(pass.hidden().getShape().get(0));
        Moment moment = pass.runTo(cut.at().layersRun(model.dimensions().layers()), held);
        context.watch().atPruning();
        StepDecision decision = new StepDecision(schedule, probe, context.observer());
        try (TensorScope step = context.scope().openChild()) {
            TokenSelection selection = decision.decide(
                    cut, prompt.grids(), rows.alive().length, rows.alive(), () -> pass.evidence(cut, moment, step));
            pass.goOnWith(moment.output());
            return new Found(selection, decision.takeVerdicts(), pass);
        }
    }
}
