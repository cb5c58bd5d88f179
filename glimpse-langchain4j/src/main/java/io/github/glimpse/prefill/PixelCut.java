package io.github.glimpse.prefill;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.GuardedSelection;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.List;

/**
 * The cut before the vision tower, picture by picture: only what is kept is encoded. A strategy that makes the picture smaller
 * has done so when the prompt was laid out; there is nothing left to choose.
 */
public final class PixelCut {

    private final Cut cut;
    private final VisionLanguageModel model;
    private final StepDecision decision;
    private final PassContext context;
    private final JoinedSelection joined = new JoinedSelection();
    private final List<GuardedSelection> verdicts = new ArrayList<>();

    PixelCut(Cut cut, VisionLanguageModel model, StepDecision decision, PassContext context) {
        this.cut = cut;
        this.model = model;
        this.decision = decision;
        this.context = context;
    }

    /** The cut that this makes. */
    Cut cut() {
        return cut;
    }

    /** Whether the pixels of a picture have to be seen for the choice, be it remembered or not. */
    boolean chooses() {
        return !cut.strategy().traits(cut.at()).contains(StrategyTrait.SHRINKS_PICTURE);
    }

    /** The next picture's tokens, if it was made smaller before: all of them. */
    void passAll(ImageGrid grid) {
        joined.add(TokenSelection.all(grid.tokenCount()), grid.tokenCount());
    }

    /** Chooses the next picture's tokens: rising numbers in raster order of its grid. */
    int[] choose(PixelPatches patches) {
        ImageGrid grid = patches.plan().grid();
        int[] every = TokenSelection.all(grid.tokenCount()).kept();
        try (TensorScope step = context.scope().openChild()) {
            TokenSelection selection = decision.decide(cut, List.of(grid), grid.tokenCount(), every, () -> {
                PruningEvidence.Builder builder = PruningEvidence.builder(
                        List.of(grid), List.of(model.tower().windows(grid)), every, step);
                new EvidenceReaders(part -> null)
                        .on(EvidenceRequest.Pixels.class, request -> {
                            float[] values = values(patches.resized(), grid);
                            return step.floats(values, every.length, values.length / every.length);
                        })
                        .read(cut, builder);
                return builder.build();
            });
            joined.add(selection, every.length);
            verdicts.addAll(decision.takeVerdicts());
            return selection.kept();
        }
    }

    /** All pictures' choices, in the numbering of all tokens joined. */
    TokenSelection selection() {
        return joined.join();
    }

    /** What the guard thought of the choices. */
    List<GuardedSelection> verdicts() {
        return verdicts;
    }

    /** A token's pixels row by row, 0..1: {@code [tokens, side * side * 3]}. */
    private static float[] values(RasterImage picture, ImageGrid grid) {
        int side = grid.patchSize() * grid.mergeSize();
        int rowBytes = 3 * side;
        float[] values = new float[picture.rgb().length];
        int to = 0;
        for (int token = 0; token < grid.tokenCount(); token++) {
            int top = token / grid.columns() * side;
            int left = token % grid.columns() * side;
            for (int y = 0; y < side; y++) {
                int from = 3 * ((top + y) * picture.width() + left);
                for (int i = 0; i < rowBytes; i++) {
                    values[to++] = (picture.rgb()[from + i] & 0xFF) / 255f;
                }
            }
        }
        return values;
    }
}
