package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.TokenRows;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cut between tower and decoder: decided, and mixed where a strategy merges, picture by picture. */
public final class VisionCut {

    private final VisionLanguageModel model;
    private final Prompt prompt;
    private final PromptTexts texts;
    private final StepDecision decision;
    private final PassContext context;

    VisionCut(VisionLanguageModel model, Prompt prompt, PromptTexts texts, StepDecision decision, PassContext context) {
        this.model = model;
        this.prompt = prompt;
        this.texts = texts;
        this.decision = decision;
        this.context = context;
    }

    /**
     * What came of it.
     *
     * @param selection in the numbering of all tokens that were alive
     * @param kept by picture, places among the tokens that the tower gave
     * @param rows by picture the rows that go on, {@code [kept, hidden]}
     */
    record Result(TokenSelection selection, List<int[]> kept, List<NDArray> rows) {}

    /** Chooses and mixes; the rows belong to the request. */
    Result make(Cut cut, List<VisionFeatures> pictures, int[] alive) {
        JoinedSelection joined = new JoinedSelection();
        List<int[]> kept = new ArrayList<>();
        List<NDArray> rows = new ArrayList<>();
        List<int[]> byImage = byImage(alive, prompt.grids());
        for (int i = 0; i < pictures.size(); i++) {
            context.cancellation().check();
            int[] tokens = byImage.get(i);
            TokenSelection selection = choose(cut, pictures.get(i), i, tokens);
            joined.add(selection, tokens.length);
            kept.add(selection.kept());
            rows.add(rows(pictures.get(i).rows(), selection, tokens.length));
        }
        return new Result(joined.join(), kept, rows);
    }

    private TokenSelection choose(Cut cut, VisionFeatures features, int image, int[] alive) {
        ImageGrid grid = prompt.grids().get(image);
        int whole = prompt.wholePlans().get(image).grid().tokenCount();
        try (TensorScope step = context.scope().openChild()) {
            return decision.decide(cut, List.of(grid), whole, alive, () -> {
                PruningEvidence.Builder builder = PruningEvidence.builder(
                        List.of(grid), List.of(model.tower().windows(grid)), alive, step);
                new EvidenceReaders(part -> seen(part, features))
                        .on(
                                EvidenceRequest.ImageRows.class,
                                request -> model.decoder().rows().widen(features.rows(), step))
                        .on(EvidenceRequest.TextRows.class, request -> texts.embeddings(request.which(), step))
                        .read(cut, builder);
                return builder.build();
            });
        }
    }

    private @Nullable NDArray seen(EvidenceRequest part, VisionFeatures features) {
        TowerReadout readout = part.inTower(model.tower().abilities());
        return readout == null ? null : features.of(readout);
    }

    private NDArray rows(NDArray rows, TokenSelection selection, int tokens) {
        TokenRows tokenRows = model.decoder().rows();
        if (!selection.merged().isEmpty()) {
            int[] places = TokenSelection.all(tokens).kept();
            return tokenRows.mix(
                    rows,
                    Mixtures.of(selection.kept(), places, selection.merged()),
                    selection.kept().length,
                    context.scope());
        }
        return selection.kept().length == tokens ? rows : tokenRows.pick(rows, selection.kept(), 0, context.scope());
    }

    /** Numbers of all images joined, as numbers of each image. */
    static List<int[]> byImage(int[] alive, List<ImageGrid> grids) {
        List<int[]> split = new ArrayList<>();
        int first = 0;
        for (ImageGrid grid : grids) {
            int from = first;
            int to = first + grid.tokenCount();
            split.add(Arrays.stream(alive)
                    .filter(token -> token >= from && token < to)
                    .map(token -> token - from)
                    .toArray());
            first = to;
        }
        return split;
    }
}
