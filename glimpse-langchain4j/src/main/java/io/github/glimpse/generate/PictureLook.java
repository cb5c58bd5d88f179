package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.ImageTextModel;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.clip.TowerPass;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.CrossTextStack;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Lets the vision tower of a model with cross-attention look at one picture, and drops rows inside it and behind it.
 *
 * <p>A cut at {@code tower k} goes by the attention of block k-1 and is decided before that block's queries and MLP are computed,
 * which gives the same rows as cutting after the block. A cut at {@code vision} may ask for any block.
 */
final class PictureLook {

    private final ImageTextModel model;
    private final CrossTextStack stack;
    private final LookingPlan plan;
    private final PixelPatches patches;
    private final TensorScope scope;
    private final int classRows;
    private final Map<Integer, NDArray> taps = new HashMap<>();
    private final Map<Integer, int[]> aliveOfTap = new HashMap<>();
    private final List<TowerDecision> decisions = new ArrayList<>();
    private final StepDecision decision;

    /** Attention, and the patches that it is about. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Read(float[] values, int[] alive) {}

    /**
     * Prepares.
     *
     * @param scope owns the result
     */
    PictureLook(ImageTextModel model, LookingPlan plan, PixelPatches patches, TensorScope scope) {
        this.model = model;
        this.stack = model.looking();
        this.plan = plan;
        this.patches = patches;
        this.scope = scope;
        this.decision = new StepDecision(plan.schedule(), null, StageObserver.NONE);
        this.classRows = model.tower().config().layout().classRows();
    }

    /** The rows that text looks at, class row first, {@code [1 + left, width]}, and the wanted hidden states of the patches left. */
    VisionFeatures see(CancellationPoint cancellation, StageObserver observer) {
        try (TensorScope step = scope.openChild();
                TowerPass pass = model.tower().pass(List.of(patches), cancellation, step)) {
            Map<EvidenceRequest, Read> behind = new HashMap<>();
            for (int blocks : stops()) {
                pass.runTo(blocks);
                tap(pass, step);
                readAttention(pass, behind);
                for (Cut cut : plan.tower()) {
                    if (cut.at().stage() == Stage.TOWER && cut.at().layers() == blocks + 1) {
                        cutInside(cut, pass, step, observer);
                        tap(pass, step);
                    }
                }
            }
            pass.runTo(model.tower().config().depth());
            tap(pass, step);
            NDArray rows = stack.rows(pass.normedRows(step), step);
            int[] alive = pass.alive(0);
            for (Cut cut : plan.tower()) {
                if (cut.at().stage() == Stage.VISION) {
                    TokenSelection selection = select(cut, alive, valuesOf(cut, behind, alive), step);
                    rows = stack.choose(rows, Selections.withClassRow(selection.kept(), classRows), step);
                    alive = Selections.pick(alive, selection.kept());
                }
            }
            Map<TowerReadout, NDArray> left = new HashMap<>();
            for (int layer : plan.taps()) {
                int[] places = Selections.places(alive, Objects.requireNonNull(aliveOfTap.get(layer)));
                left.put(
                        TowerReadout.rows(layer), stack.choose(Objects.requireNonNull(taps.get(layer)), places, scope));
            }
            return new VisionFeatures(step.keep(rows, scope), left);
        }
    }

    /** What was cut, in order; complete once the tower has looked. */
    List<TowerDecision> decisions() {
        return List.copyOf(decisions);
    }

    /** Numbers of blocks after which there is something to do. */
    private SortedSet<Integer> stops() {
        SortedSet<Integer> stops = new TreeSet<>(plan.taps());
        for (Cut cut : plan.tower()) {
            if (cut.at().stage() == Stage.VISION) {
                CrossNeeds.of(cut).ofTower().forEach(request -> stops.add(block(request)));
            } else {
                stops.add(cut.at().layers() - 1);
            }
        }
        return stops;
    }

    /** The block whose attention is asked for, counted from 0. */
    private int block(EvidenceRequest request) {
        int depth = model.tower().config().depth();
        int block = request instanceof EvidenceRequest.TowerCls cls
                ? cls.block()
                : ((EvidenceRequest.TowerReceived) request).block();
        return block < 0 ? depth + block : block;
    }

    private void tap(TowerPass pass, TensorScope step) {
        int state = pass.blocks();
        if (plan.taps().contains(state) && !taps.containsKey(state)) {
            taps.put(state, stack.patches(pass.rows(step), classRows, step));
            aliveOfTap.put(state, pass.alive(0));
        }
    }

    /** What cuts behind the tower want of the next block. */
    private void readAttention(TowerPass pass, Map<EvidenceRequest, Read> values) {
        for (Cut cut : plan.tower()) {
            if (cut.at().stage() == Stage.VISION) {
                for (EvidenceRequest request : CrossNeeds.of(cut).ofTower()) {
                    if (block(request) == pass.blocks()) {
                        values.put(request, new Read(attention(request, pass), pass.alive(0)));
                    }
                }
            }
        }
    }

    private static float[] attention(EvidenceRequest request, TowerPass pass) {
        return request instanceof EvidenceRequest.TowerCls ? pass.classAttention()[0] : pass.receivedAttention()[0];
    }

    private void cutInside(Cut cut, TowerPass pass, TensorScope step, StageObserver observer) {
        Map<EvidenceRequest, float[]> values = new HashMap<>();
        // Inside the tower there is one block to go by, whatever block the strategy would take behind it.
        CrossNeeds.of(cut).ofTower().forEach(request -> values.put(request, attention(request, pass)));
        TokenSelection selection = select(cut, pass.alive(0), values, step);
        if (selection.kept().length < pass.patches()) {
            pass.attendKeeping(new int[][] {selection.kept()});
            pass.feedForward();
        }
        observer.onTowerCut(cut.at().layers(), selection);
    }

    /** What was read when more patches were there, of those that are left. */
    private static Map<EvidenceRequest, float[]> valuesOf(Cut cut, Map<EvidenceRequest, Read> behind, int[] alive) {
        Map<EvidenceRequest, float[]> values = new HashMap<>();
        for (EvidenceRequest request : CrossNeeds.of(cut).ofTower()) {
            Read read = Objects.requireNonNull(behind.get(request));
            values.put(request, Selections.pick(read.values(), Selections.places(alive, read.alive())));
        }
        return values;
    }

    private TokenSelection select(Cut cut, int[] alive, Map<EvidenceRequest, float[]> values, TensorScope owner) {
        ImageGrid grid = patches.plan().grid();
        List<int[]> whole = List.of(TokenSelection.all(grid.tokenCount()).kept());
        try (TensorScope temporary = owner.openChild()) {
            TokenSelection selection = decision.decide(cut, List.of(grid), grid.tokenCount(), alive, () -> {
                PruningEvidence.Builder evidence =
                        PruningEvidence.builder(List.of(grid), Collections.singletonList(whole), alive, temporary);
                values.forEach((request, scores) -> evidence.value(
                        request,
                        request instanceof EvidenceRequest.TowerCls
                                ? temporary.floats(scores, 1, scores.length)
                                : temporary.floats(scores, scores.length)));
                return evidence.build();
            });
            decisions.add(new TowerDecision(selection, decision.takeVerdicts()));
            return selection;
        }
    }
}
